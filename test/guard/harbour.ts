/** A real node, a real engine and a probe, for all that is tried on them. */
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import type { ToolName } from "../../lib/embedded_cluster/tools.ts";
import { debianRoot } from "../ferry/debian.ts";
import type { Image } from "../ferry/image.ts";
import { WAITING } from "../ferry/images.ts";
import { startNode } from "../ferry/node.ts";
import type { ProxyMode } from "../ferry/node_configuration.ts";
import { installPackages } from "../ferry/requirements.ts";
import { SERVER_PACKAGES, serverImages } from "../ferry/servers.ts";
import { type Harbour, readSeen, startContainer, until } from "./berth.ts";
import { ENGINE_PACKAGES, startEngine } from "./engine.ts";

/**
 * Starts everything. It ends with the node.
 *
 * @param more programs besides those of the node
 * @param others images besides PostgreSQL's
 * @param proxy how kube-proxy works
 */
export async function openHarbour(
  report: (line: string) => void,
  more: readonly ToolName[] = ["traefik"],
  others: readonly Image[] = [],
  proxy: ProxyMode = "nftables",
): Promise<Harbour & AsyncDisposable> {
  await installPackages(report, ENGINE_PACKAGES);
  const base = await debianRoot(SERVER_PACKAGES, cacheDirectory(Deno.env.toObject()), report);
  const images = serverImages(base).filter(({ name }) => name.endsWith("/postgres:15"));
  const node = await startNode([...images, WAITING, ...others], report, more, proxy);
  try {
    report("Starting a Docker Engine");
    const engine = await startEngine(node);
    const seen = join(node.directory, "seen.json");
    // It ends when the namespaces are closed.
    const probe = join(import.meta.dirname ?? "", "postmasters.ts");
    const watching = node.run([Deno.execPath(), "run", "-A", probe, seen]);
    const harbour = { node, engine, seen, template: join(node.directory, "template") };
    await until("the probe looks", async () => (await readSeen(harbour)).looks > 0);
    await fillTemplate(harbour);
    const close = async (): Promise<void> => {
      await node[Symbol.asyncDispose]();
      await watching;
    };
    return { ...harbour, [Symbol.asyncDispose]: close };
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

/** A server that has been used and was stopped as compose stops it. */
async function fillTemplate(harbour: Harbour): Promise<void> {
  const { engine, template } = harbour;
  await Deno.mkdir(template);
  await engine.docker(
    ...[
      "create",
      "--name",
      "template",
      "--env",
      "POSTGRES_USER=harbour",
      "--env",
      "POSTGRES_PASSWORD=spyglass",
    ],
    ...["--volume", `${template}:/var/lib/postgresql/data`, "postgres:15"],
  );
  await startContainer(harbour, "template");
  await engine.docker(
    ...["exec", "--env", "PGPASSWORD=spyglass", "template", "psql", "-h", "127.0.0.1", "-U", "harbour"],
    ...["postgres", "-qc", "CREATE TABLE ship (name TEXT); INSERT INTO ship VALUES ('Pelican')"],
  );
  await engine.docker("stop", "template");
  await engine.docker("rm", "template");
}
