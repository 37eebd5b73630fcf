/** All that an engine has with a label, and how it is taken away: containers, networks, volumes. */
import { fields, items, list, record } from "../values/json.ts";
import { type Engine, EngineError } from "./engine.ts";
import { removeHelper } from "./helper_containers.ts";

/** A container, network or volume. */
export interface Labelled {
  readonly kind: "container" | "network" | "volume";
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Names of those that a container is in. */
  readonly networks: readonly string[];
}

/** @param label `name=value` (Engine API, "ContainerList", "NetworkList", "VolumeList"). @throws EngineError */
export async function findLabelled(engine: Engine, label: string): Promise<readonly Labelled[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const [containers, networks, volumes] = await Promise.all([
    engine.json(`/containers/json?all=true&filters=${filters}`),
    engine.json(`/networks?filters=${filters}`),
    engine.json(`/volumes?filters=${filters}`),
  ]);
  return [
    ...list(containers).map((one) => {
      const name = String(items(one["Names"])[0] ?? one["Id"]).replace(/^\//, "");
      const inside = Object.keys(fields(fields(one["NetworkSettings"])["Networks"]));
      return { kind: "container", name, labels: texts(one["Labels"]), networks: inside } as const;
    }),
    ...list(networks).map((one) => named("network", one)),
    ...list(fields(volumes)["Volumes"]).map((one) => named("volume", one)),
  ];
}

function named(kind: "network" | "volume", one: Readonly<Record<string, unknown>>): Labelled {
  return { kind, name: String(one["Name"]), labels: texts(one["Labels"]), networks: [] };
}

function texts(labels: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record(labels) ?? {}).map(([key, value]) => [key, String(value)]));
}

/**
 * Ends and removes them: containers first, with their volumes that have no name. What a named volume is bound to stays
 * where it lies. May be repeated.
 *
 * @throws EngineError
 */
export async function removeLabelled(engine: Engine, labelled: readonly Labelled[]): Promise<void> {
  for (const { kind, name } of labelled) if (kind === "container") await removeHelper(engine, name);
  for (const { kind, name } of labelled) {
    if (kind !== "container") await remove(engine, `/${kind}s/${encodeURIComponent(name)}`);
  }
}

async function remove(engine: Engine, path: string): Promise<void> {
  await engine.change("DELETE", path).catch((error) => {
    if (!(error instanceof EngineError && error.status === 404)) throw error;
  });
}
