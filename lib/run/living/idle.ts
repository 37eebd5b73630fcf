/**
 * Takes away stand-ins that nobody can call any more: in their networks no container is left that runs, no Traefik on the
 * machine's own network routes to them, and no port of the machine leads to them, nor would after the front has gone back.
 */
import type { Environment } from "../../docker/endpoints.ts";
import { type Engine, EngineError } from "../../docker/engine.ts";
import { findEngines } from "../../docker/engines.ts";
import { findFront } from "../../docker/front.ts";
import { type KnownHelper, listHelpers, publishedBy, removeHelper } from "../../docker/helper_containers.ts";
import { field, fields } from "../../values/json.ts";
import { NAMELESS, STAND_IN_LABELS } from "./stand_in.ts";

/**
 * @param isFrontOpen whether the ports of the machine that are the cluster's lead there already: who calls the others is
 * not to be answered any more, by decision
 * @returns the names of those that are gone; an engine that does not answer keeps its own
 */
export async function removeIdle(
  environment: Environment,
  project: string,
  isFrontOpen: boolean,
): Promise<readonly string[]> {
  using engines = await findEngines(environment);
  const removed: string[] = [];
  for (const { engine } of engines.known) {
    try {
      removed.push(...await removeIdleIn(engine, project, isFrontOpen));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  return removed.sort();
}

async function removeIdleIn(
  engine: Engine,
  project: string,
  isFrontOpen: boolean,
): Promise<readonly string[]> {
  const labels = [STAND_IN_LABELS.service, `${STAND_IN_LABELS.project}=${project}`];
  const standIns = await listHelpers(engine, labels);
  const own = new Set(standIns.map(({ id }) => id));
  const { isOnHost } = await findFront(engine);
  const removed: string[] = [];
  for (const standIn of standIns) {
    if (isOnHost && isRouted(standIn) || await isCallable(engine, standIn, own)) continue;
    const hasPorts = (await publishedBy(engine, standIn.name)).length > 0;
    if (hasPorts && (!isFrontOpen || await hasOriginal(engine, project, standIn))) continue;
    await removeHelper(engine, standIn.name);
    removed.push(standIn.name);
  }
  return removed;
}

/** With its container the way back is gone, on which the machine's ports lead to Docker before the service does. */
async function hasOriginal(engine: Engine, project: string, { labels }: KnownHelper): Promise<boolean> {
  const service = labels[STAND_IN_LABELS.service] ?? "";
  const wanted = [`com.docker.compose.project=${project}`, `com.docker.compose.service=${service}`];
  return (await listHelpers(engine, wanted)).length > 0;
}

/** By its labels: a Traefik on the machine's own network is in none of its networks, and calls it all the same. */
function isRouted({ labels }: KnownHelper): boolean {
  return Object.keys(labels).some((name) => /^traefik\./i.test(name));
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
