/**
 * Linux namespaces that a whole node lives in: its own network, mounts and processes. Nothing of it can be reached from
 * outside, nothing of the machine's own network is changed, and when they are closed the kernel ends all of it.
 */

/** What a command inside printed, and how it ended. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Open namespaces. */
export interface Namespaces extends AsyncDisposable {
  /** The root of what is mounted inside, as it is reached from outside. */
  readonly root: string;
  /** Runs a command inside, to its end, with `directory` as its working directory. */
  run(command: readonly string[], directory: string, env?: Readonly<Record<string, string>>): Promise<Output>;
}

/** The node's address: on an interface that leads nowhere, as pods and kubelet want one that is not loopback. */
export const NODE_ADDRESS = "10.40.0.1";

/** The folders that containerd, the kubelet, volumes and the network plugins write, each hidden by an empty one. */
const OWN_FOLDERS = [
  "/run",
  "/var/lib/kubelet",
  "/var/lib/cni",
  "/var/lib/containerd",
  "/var/lib/docker",
  "/var/log/pods",
  "/var/log/containers",
];

/** Runs as the first process inside; it ends, and everything with it, when its standard input is closed. */
const INIT = `
set -e
for folder in ${OWN_FOLDERS.join(" ")}; do
  mkdir -p "$folder"
  mount -t tmpfs -o mode=755 tmpfs "$folder"
done
mount --make-rshared /
ip link set lo up
ip link add node0 type bridge
ip address add ${NODE_ADDRESS}/24 dev node0
ip link set node0 up
ip route add default dev node0
echo 1 > /proc/sys/net/ipv4/ip_forward
echo ready
cat > /dev/null
`;

/** Opens new namespaces. Needs root. @throws when the machine does not allow them. */
export async function openNamespaces(): Promise<Namespaces> {
  const holder = new Deno.Command("unshare", {
    args: ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", INIT],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(holder.stderr).text();
  const reader = holder.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  if (value?.trim() !== "ready") {
    throw new Error(`Cannot make namespaces for a node: ${(await errors).trim()}`);
  }
  return {
    root: `/proc/${holder.pid}/root`,
    run: (command, directory, env = {}) => runInside(holder.pid, command, directory, env),
    [Symbol.asyncDispose]: async () => {
      await holder.stdin.close();
      await holder.status;
      await reader.cancel();
      await errors;
    },
  };
}

async function runInside(
  holder: number,
  command: readonly string[],
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Output> {
  // The holder itself stays outside of the process namespace that it made for its child.
  const enter = ["--target", `${holder}`, "--net", "--mount", `--pid=/proc/${holder}/ns/pid_for_children`];
  const { code, stdout, stderr } = await new Deno.Command("nsenter", {
    args: [...enter, "sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", directory, ...command],
    env,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}
