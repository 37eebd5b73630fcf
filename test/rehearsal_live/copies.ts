/** What a rehearsal needs besides an engine and a node, and what it may not leave there. */
import { join } from "node:path";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import type { RealNode } from "../ferry/node.ts";
import type { Harbour } from "../guard/berth.ts";
import { engineEnvironment } from "../guard/engine.ts";

/** The environment of an operator who has docker compose. */
export async function withCompose(node: RealNode): Promise<Readonly<Record<string, string>>> {
  const { "docker-compose": program } = await buildTools(["docker-compose"], () => {});
  const bin = join(node.directory, "bin-of-compose");
  await Deno.mkdir(bin);
  await Deno.symlink(program, join(bin, "docker-compose"));
  return { ...engineEnvironment(node), PATH: `${bin}:${Deno.env.get("PATH")}` };
}

/** Every name that engine and cluster have, and the folders beside the stack's that bear its name. */
export async function everything({ engine, node }: Harbour, stack: string): Promise<readonly string[]> {
  const inEngine = await Promise.all([
    engine.docker("ps", "--all", "--format", "container {{.Names}}"),
    engine.docker("network", "ls", "--format", "network {{.Name}}"),
    engine.docker("volume", "ls", "--format", "volume {{.Name}}"),
  ]);
  const kinds = [
    "namespaces,persistentvolumes,storageclasses,clusterroles,clusterrolebindings,priorityclasses",
    "validatingadmissionpolicies,validatingadmissionpolicybindings,customresourcedefinitions",
  ].join(",");
  const inCluster = await node.kubectl("get", kinds, "-o", "name");
  const folders = (await Array.fromAsync(Deno.readDir(node.directory))).map(({ name }) => `folder ${name}`);
  return [...inEngine, inCluster].flatMap((text) => text.split("\n")).map((line) => line.trim())
    .filter((line) => line !== "").concat(folders.filter((name) => name.includes(stack))).sort();
}
