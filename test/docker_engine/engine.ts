/** A real Docker Engine of a test's own: its data, socket and containers lie in one folder and end with it. */
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { ownMounts } from "../../lib/node/place.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { install } from "../apt.ts";
import { fetchBusybox } from "../ferry/requirements.ts";

/** An engine that runs. */
export interface TestEngine extends AsyncDisposable {
  /** `unix://…` */
  readonly host: string;
  readonly socket: string;
  /** Where its volumes lie. */
  readonly dataRoot: string;
  /** Runs docker against it. @throws when that fails. @returns what it printed */
  docker(...args: readonly string[]): Promise<string>;
  /** Ends the engine as a crash does. Its containers go on: the next start knows nothing of them. */
  kill(): Promise<void>;
  /** Ends what went on. */
  endOrphans(): void;
  /** Ends the engine as the machine's shutdown does, with its containers. */
  stop(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
}

/** The image that every engine has: busybox, without a shell script of anybody's. */
export const IMAGE = "busybox:test";

/** Long enough that only an engine that is stuck takes it. */
const START_MS = 300_000;

/** Why there can be no engine here; undefined where there can. */
export function whyNoEngine(): string | undefined {
  if (Deno.build.os !== "linux") return "an engine needs Linux";
  return Deno.uid() === 0 ? undefined : "an engine needs root";
}

/**
 * Starts an engine; Debian's packages are installed where they are missing.
 *
 * @param network `own`: a namespace with which the bridges of its networks end; on the machine they would stay, and take
 * the addresses of all later ones. `machine`: where whoever looks for sockets finds its one; it is to make no network
 */
export async function startEngine(
  directory: string,
  network: "own" | "machine" = "own",
): Promise<TestEngine> {
  await installEngine();
  const socket = join(directory, "docker.sock");
  const dataRoot = join(directory, "docker");
  const host = `unix://${socket}`;
  const orphans: number[] = [];
  let daemon: Deno.ChildProcess | undefined;
  const docker = (...args: readonly string[]): Promise<string> => run("docker", ["-H", host, ...args]);
  const start = async (): Promise<void> => {
    // What a killed engine leaves keeps the next one waiting for its containerd.
    await Deno.remove(join(directory, "exec", "containerd"), { recursive: true }).catch(() => {});
    // And what its runc knew of containers whose processes have been ended since.
    if (orphans.length === 0) {
      await Deno.remove(join(directory, "exec", "runtime-runc"), { recursive: true }).catch(() => {});
    }
    daemon = spawnEngine(directory, host, dataRoot, network);
    await answering(daemon, docker, join(directory, "dockerd.log"));
  };
  const end = async (signal: Deno.Signal): Promise<void> => {
    if (daemon === undefined) return;
    daemon.kill(signal);
    await daemon.status;
    daemon = undefined;
  };
  await start();
  await importImage(directory, docker);
  return {
    host,
    socket,
    dataRoot,
    docker,
    start,
    kill: async () => {
      orphans.push(...await processesOf(docker));
      await end("SIGKILL");
    },
    endOrphans: () => orphans.splice(0).forEach(endProcess),
    stop: () => end("SIGTERM"),
    [Symbol.asyncDispose]: async () => {
      if (daemon === undefined) await start();
      const ids = (await docker("ps", "--all", "--quiet")).split("\n").filter((id) => id !== "");
      if (ids.length > 0) await docker("rm", "--force", "--volumes", ...ids);
      await end("SIGTERM");
      orphans.forEach(endProcess);
      await unmountBelow(directory);
    },
  };
}

/** A busy machine may take minutes: the wait ends with the daemon. @throws where it has ended, or is stuck */
async function answering(
  daemon: Deno.ChildProcess,
  docker: TestEngine["docker"],
  log: string,
): Promise<void> {
  let hasEnded = false;
  daemon.status.then(() => hasEnded = true);
  const answers = (): Promise<true | undefined> => docker("version").then(() => true, () => undefined);
  await waitFor(START_MS, async () => hasEnded || await answers());
  if (!await answers()) throw new Error(`Cannot start dockerd; see ${log}`);
}

/** The first process of each container that runs; one that has just ended has none, and 0 would be this process's group. */
async function processesOf(docker: TestEngine["docker"]): Promise<readonly number[]> {
  const ids = (await docker("ps", "--quiet")).split("\n").filter((id) => id !== "");
  if (ids.length === 0) return [];
  const pids = (await docker("inspect", "--format", "{{.State.Pid}}", ...ids)).split("\n").map(Number);
  return pids.filter((pid) => pid > 0);
}

function endProcess(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch { /* It has ended by itself. */ }
}

/** What an engine that was killed had mounted for itself. */
async function unmountBelow(directory: string): Promise<void> {
  const mounted = (await ownMounts()).map(({ path }) => path).filter((path) =>
    path.startsWith(`${directory}/`)
  );
  for (const path of mounted.reverse()) await run("umount", ["--lazy", path]).catch(() => {});
}

/** Nothing of the machine's network is changed. */
function spawnEngine(
  directory: string,
  host: string,
  dataRoot: string,
  network: "own" | "machine",
): Deno.ChildProcess {
  const flags = [
    ["--data-root", dataRoot],
    ["--exec-root", join(directory, "exec")],
    ["--pidfile", join(directory, "docker.pid")],
    ["--host", host],
    ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-masq=false"],
  ].flat();
  // Ports of 127.0.0.1 are published there, too.
  const prepare = network === "own" ? "ip link set lo up && " : "";
  return new Deno.Command("unshare", {
    args: [
      ...(network === "own" ? ["--net"] : []),
      "sh",
      "-c",
      `log=$1; shift; ${prepare}exec dockerd "$@" >>"$log" 2>&1`,
      "sh",
      join(directory, "dockerd.log"),
      ...flags,
    ],
    stdin: "null",
  }).spawn();
}

async function importImage(directory: string, docker: TestEngine["docker"]): Promise<void> {
  const bin = join(directory, "image", "bin");
  await Deno.mkdir(bin, { recursive: true });
  // The machine's own may need libraries, which the image does not have.
  const busybox = await fetchBusybox(cacheDirectory(Deno.env.toObject()), "busybox-static");
  await Deno.copyFile(busybox, join(bin, "busybox"));
  for (const name of ["sh", "sleep"]) await Deno.symlink("busybox", join(bin, name));
  const archive = join(directory, "image.tar");
  await run("tar", ["-C", join(directory, "image"), "-cf", archive, "."]);
  await docker("import", archive, IMAGE);
}

const PROGRAMS: Readonly<Record<string, string>> = {
  "docker.io": "/usr/sbin/dockerd",
};

async function installEngine(): Promise<void> {
  const missing: string[] = [];
  for (const [name, program] of Object.entries(PROGRAMS)) {
    if (!await Deno.stat(program).then(() => true, () => false)) missing.push(name);
  }
  if (missing.length === 0) return;
  await install(missing);
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], stdin: "null" })
    .output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${program} ${args.slice(0, 4).join(" ")}: ${text.decode(stderr).trim()}`);
  return text.decode(stdout).trim();
}
