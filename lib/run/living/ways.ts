/** The ways between a half moved stack's two sides, as the engines of this machine have them. Only looks. */
import { EngineError } from "../../docker/engine.ts";
import type { Environment } from "../../docker/endpoints.ts";
import { findEngines } from "../../docker/engines.ts";
import { field, items, list } from "../../values/json.ts";
import { GATE_LABELS } from "./gate.ts";
import { STAND_IN_LABELS } from "./stand_in.ts";

/** One of them. */
export interface Way {
  readonly service: string;
  /** `cluster`: who is in Docker finds it there. `docker`: pods find it there. */
  readonly to: "cluster" | "docker";
  readonly container: string;
  readonly isRunning: boolean;
}

/** In order of the services. An engine that does not answer has none. */
export async function readWays(environment: Environment, project: string): Promise<readonly Way[]> {
  using engines = await findEngines(environment);
  const filters = encodeURIComponent(JSON.stringify({ label: [`${GATE_LABELS.project}=${project}`] }));
  const ways: Way[] = [];
  for (const { engine } of engines.known) {
    try {
      ways.push(...list(await engine.json(`/containers/json?all=true&filters=${filters}`)).flatMap(wayOf));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  return ways.sort((left, right) => left.service < right.service ? -1 : 1);
}

function wayOf(container: Readonly<Record<string, unknown>>): readonly Way[] {
  const labels = container["Labels"];
  const [moved, left] = [field(labels, STAND_IN_LABELS.service), field(labels, GATE_LABELS.service)];
  const service = moved ?? left;
  if (typeof service !== "string") return [];
  const [name] = items(container["Names"]);
  return [{
    service,
    to: moved === undefined ? "docker" : "cluster",
    container: String(name).replace(/^\//, ""),
    isRunning: container["State"] === "running",
  }];
}
