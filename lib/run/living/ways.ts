/** The ways between a half moved stack's two sides, as the engines of this machine have them. Only looks. */
import { EngineError } from "../../docker/engine.ts";
import type { Environment } from "../../docker/endpoints.ts";
import { findEngines } from "../../docker/engines.ts";
import { type KnownHelper, listHelpers } from "../../docker/helper_containers.ts";
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
  const ways: Way[] = [];
  for (const { engine } of engines.known) {
    try {
      ways.push(...(await listHelpers(engine, [`${GATE_LABELS.project}=${project}`])).flatMap(wayOf));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  return ways.sort((left, right) => left.service < right.service ? -1 : 1);
}

function wayOf({ labels, name, isRunning }: KnownHelper): readonly Way[] {
  const [moved, left] = [labels[STAND_IN_LABELS.service], labels[GATE_LABELS.service]];
  const service = moved ?? left;
  if (service === undefined) return [];
  return [{ service, to: moved === undefined ? "docker" : "cluster", container: name, isRunning }];
}
