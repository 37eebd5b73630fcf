/** Starts the real Traefik beside a real node, as k3s's chart does: inside the namespaces, from the cluster's objects. */
import { join } from "node:path";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { startDaemon } from "../../lib/embedded_cluster/daemon.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

/** The port of the entry point "web", on loopback inside the namespaces. */
export const WEB_PORT = 8000;

const TIMEOUT_MS = 60_000;

/**
 * @param directory the node's folder.
 * @param more arguments besides those that every test needs.
 */
async function start(directory: string, more: readonly string[]): Promise<void> {
  const { traefik } = await buildTools(["traefik"], () => {});
  const args = [
    `--entrypoints.web.address=127.0.0.1:${WEB_PORT}`,
    "--providers.kubernetescrd=true",
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    ...more,
  ];
  Deno.env.set("KUBECONFIG", join(directory, "cluster", "kubeconfig"));
  await startDaemon(
    {
      name: "traefik",
      program: traefik,
      args,
      workingDirectory: directory,
      log: join(directory, "logs/traefik.log"),
    },
    join(directory, "processes"),
  );
  const answers = await waitFor(TIMEOUT_MS, async () => {
    const response = await fetch(`http://127.0.0.1:${WEB_PORT}/`).catch(() => undefined);
    await response?.body?.cancel();
    return response === undefined ? undefined : true;
  });
  if (!answers) {
    throw new Error(`Cannot use Traefik: it does not answer; see "${join(directory, "logs/traefik.log")}"`);
  }
}

if (import.meta.main) {
  const [directory = "", ...more] = Deno.args;
  await start(directory, more);
}
