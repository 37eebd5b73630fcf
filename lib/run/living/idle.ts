/** Takes away stand-ins that nobody can call any more: in their networks no container is left that runs. */
import type { Environment } from "../../docker/endpoints.ts";
import { type Engine, EngineError } from "../../docker/engine.ts";
import { findEngines } from "../../docker/engines.ts";
import { removeHelper } from "../../docker/helper_containers.ts";
import { field, fields, items, type Json, list } from "../../values/json.ts";
import { STAND_IN_LABELS } from "./stand_in.ts";

/** In it nobody has a name. */
const DEFAULT = "bridge";

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
  const filters = encodeURIComponent(JSON.stringify({ label: labels }));
  const standIns = list(await engine.json(`/containers/json?all=true&filters=${filters}`));
  const own = new Set(standIns.map((one) => String(one["Id"])));
  const removed: string[] = [];
  for (const standIn of standIns) {
    if (await isCallable(engine, standIn, own)) continue;
    const [name] = items(standIn["Names"]).map((one) => String(one).replace(/^\//, ""));
    if (name === undefined) continue;
    await removeHelper(engine, name);
    removed.push(name);
  }
  return removed;
}

/** A network's answer has its running containers, by id (Engine API, "NetworkInspect"). */
async function isCallable(engine: Engine, standIn: Json, own: ReadonlySet<string>): Promise<boolean> {
  const networks = Object.keys(fields(field(standIn["NetworkSettings"], "Networks")))
    .filter((name) => name !== DEFAULT);
  for (const name of networks) {
    const answer = await engine.json(`/networks/${encodeURIComponent(name)}`);
    if (Object.keys(fields(field(answer, "Containers"))).some((id) => !own.has(id))) return true;
  }
  return false;
}
