/** All that an engine has with a label, and how it is taken away: containers, networks, volumes. */
import { field, items, list } from "../values/json.ts";
import { type Engine, EngineError } from "./engine.ts";
import { removeHelper } from "./helper_containers.ts";

/** By name. */
export interface Labelled {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** Nothing at all. */
export const NOTHING_LABELLED: Labelled = { containers: [], networks: [], volumes: [] };

/** @param label `name=value` (Engine API, "ContainerList", "NetworkList", "VolumeList"). @throws EngineError */
export async function findLabelled(engine: Engine, label: string): Promise<Labelled> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const [containers, networks, volumes] = await Promise.all([
    engine.json(`/containers/json?all=true&filters=${filters}`),
    engine.json(`/networks?filters=${filters}`),
    engine.json(`/volumes?filters=${filters}`),
  ]);
  return {
    containers: list(containers).map((one) => String(items(one["Names"])[0] ?? one["Id"]).replace(/^\//, "")),
    networks: list(networks).map((one) => String(one["Name"])),
    volumes: list(field(volumes, "Volumes")).map((one) => String(one["Name"])),
  };
}

/**
 * Ends and removes them, containers with their volumes that have no name. What a named volume is bound to stays where
 * it lies. May be repeated.
 *
 * @throws EngineError
 */
export async function removeLabelled(
  engine: Engine,
  { containers, networks, volumes }: Labelled,
): Promise<void> {
  for (const name of containers) await removeHelper(engine, name);
  for (const name of networks) await remove(engine, `/networks/${encodeURIComponent(name)}`);
  for (const name of volumes) await remove(engine, `/volumes/${encodeURIComponent(name)}`);
}

async function remove(engine: Engine, path: string): Promise<void> {
  await engine.change("DELETE", path).catch((error) => {
    if (!(error instanceof EngineError && error.status === 404)) throw error;
  });
}
