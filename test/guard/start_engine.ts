/** Starts a real Docker Engine beside a real node: inside its namespaces, on the usual socket, with the node's images. */
import { dirname, join } from "node:path";
import { listDaemons, startDaemon } from "../../lib/embedded_cluster/daemon.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { NODE_ADDRESS } from "../ferry/namespaces.ts";

const TIMEOUT_MS = 300_000;

/**
 * @param directory the node's folder; Docker's data root lies in it.
 * @param cgroup the node's control group, in which containers get theirs.
 * @param when `first`, or `again` after its end.
 * @param program the engine; its `docker-proxy` lies beside it.
 */
async function start(directory: string, cgroup: string, when: string, program: string): Promise<void> {
  const log = join(directory, "logs", "dockerd.log");
  await startDaemon({
    name: "dockerd",
    program,
    args: [
      `--userland-proxy-path=${join(dirname(program), "docker-proxy")}`,
      `--data-root=${join(directory, "docker")}`,
      "--exec-root=/run/docker",
      "--pidfile=/run/docker.pid",
      "--host=unix:///var/run/docker.sock",
      // The group "docker" is nobody's business in a test of root's.
      "--group=root",
      `--cgroup-parent=/${cgroup}/docker`,
      "--containerd=/run/containerd/containerd.sock",
      // The pools that it has without a word end with the thirtieth network.
      "--default-address-pool=base=172.20.0.0/14,size=24",
      "--bip=172.17.0.1/16",
      // The machine's own cannot be reached from here, and asking it takes seconds.
      `--dns=${NODE_ADDRESS}`,
    ],
    workingDirectory: directory,
    log,
  }, join(directory, "processes"));
  const answers = await waitFor(TIMEOUT_MS, async () => await run("docker", "version") || undefined);
  if (!answers) throw new Error(`Cannot use the Docker Engine: it does not answer; see "${log}"`);
  // It closes the way between bridges, and pods lie on another.
  await run("iptables", "-P", "FORWARD", "ACCEPT");
  if (when === "first") await startProxyAfter(directory);
}

/**
 * Begins kube-proxy anew. Of two that look at the same packets the one that came later does so first, and on a machine
 * that is moved Docker was there before Kubernetes.
 */
async function startProxyAfter(directory: string): Promise<void> {
  const records = join(directory, "processes");
  const proxy = (await listDaemons(records)).find(({ name }) => name === "kube-proxy");
  const [program = "", ...args] = proxy?.command.trim().split("\n") ?? [];
  if (proxy === undefined) throw new Error("Cannot start kube-proxy anew: it does not run");
  Deno.kill(proxy.pid, "SIGKILL");
  for (const family of ["ip", "ip6"]) await run("nft", "delete", "table", family, "kube-proxy");
  const log = join(directory, "logs", "kube-proxy.log");
  await startDaemon({ name: "kube-proxy", program, args, workingDirectory: directory, log }, records);
}

async function run(program: string, ...args: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" })
    .output();
  return success;
}

if (import.meta.main) {
  const [directory = "", cgroup = "", when = "", program = ""] = Deno.args;
  await start(directory, cgroup, when, program);
}
