/** Starts a real Docker Engine beside a real node: inside its namespaces, on the usual socket, with the node's images. */
import { join } from "node:path";
import { startDaemon } from "../../lib/embedded_cluster/daemon.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

const TIMEOUT_MS = 60_000;

/**
 * @param directory the node's folder; Docker's data root lies in it.
 * @param cgroup the node's control group, in which containers get theirs.
 */
async function start(directory: string, cgroup: string): Promise<void> {
  const log = join(directory, "logs", "dockerd.log");
  await startDaemon({
    name: "dockerd",
    program: "/usr/sbin/dockerd",
    args: [
      `--data-root=${join(directory, "docker")}`,
      "--exec-root=/run/docker",
      "--pidfile=/run/docker.pid",
      "--host=unix:///var/run/docker.sock",
      // The group "docker" is nobody's business in a test of root's.
      "--group=root",
      `--cgroup-parent=/${cgroup}/docker`,
      "--containerd=/run/containerd/containerd.sock",
    ],
    workingDirectory: directory,
    log,
  }, join(directory, "processes"));
  const answers = await waitFor(TIMEOUT_MS, async () => await run("docker", "version") || undefined);
  if (!answers) throw new Error(`Cannot use the Docker Engine: it does not answer; see "${log}"`);
  // It closes the way between bridges, and pods lie on another.
  await run("iptables", "-P", "FORWARD", "ACCEPT");
}

async function run(program: string, ...args: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" })
    .output();
  return success;
}

if (import.meta.main) await start(Deno.args[0] ?? "", Deno.args[1] ?? "");
