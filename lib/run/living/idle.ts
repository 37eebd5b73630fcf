/** Takes away stand-ins that nobody can call any more: in their networks no container is left that runs. */
import type { Environment } from "../../docker/endpoints.ts";
import { type Engine, EngineError } from "../../docker/engine.ts";
import { findEngines } from "../../docker/engines.ts";
import { type KnownHelper, listHelpers, removeHelper } from "../../docker/helper_containers.ts";
import { field, fields } from "../../values/json.ts";
import { NAMELESS, STAND_IN_LABELS } from "./stand_in.ts";

/** @returns the names of those that are gone; an engine that does not answer keeps its own */
export async function removeIdle(environment: Environment, project: string): Promise<readonly string[]> {
  using engines = await findEngines(environment);
  const removed: string[] = [];
  for (const { engine } of engines.known) {
    try {
      removed.push(...await removeIdleIn(engine, project));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  return removed.sort();
}

async function removeIdleIn(engine: Engine, project: string): Promise<readonly string[]> {
  const labels = [STAND_IN_LABELS.service, `${STAND_IN_LABELS.project}=${project}`];
  const standIns = await listHelpers(engine, labels);
  const own = new Set(standIns.map(({ id }) => id));
  const removed: string[] = [];
  for (const standIn of standIns) {
    if (await isCallable(engine, standIn, own)) continue;
    await removeHelper(engine, standIn.name);
    removed.push(standIn.name);
  }
  return removed;
}

/** A network's answer has its running containers, by id (Engine API, "NetworkInspect"). */
async function isCallable(
  engine: Engine,
  { networks }: KnownHelper,
  own: ReadonlySet<string>,
): Promise<boolean> {
  const named = networks.filter((network) => network !== NAMELESS);
  for (const name of named.length === 0 ? networks : named) {
    const answer = await engine.json(`/networks/${encodeURIComponent(name)}`);
    if (Object.keys(fields(field(answer, "Containers"))).some((id) => !own.has(id))) return true;
  }
  return false;
}
