/** Takes away what stands in for a service whose containers serve again: before they start, or while both are there. */
import type { ContainerRef } from "../../docker/change_containers.ts";
import { type Engine, EngineError } from "../../docker/engine.ts";
import { exposedPorts } from "../../docker/exposed_ports.ts";
import { findForwarder } from "../../docker/forwarder_image.ts";
import { type KnownHelper, listHelpers, removeHelper } from "../../docker/helper_containers.ts";
import { putSignpost } from "../../docker/signpost.ts";
import { field, record } from "../../values/json.ts";
import { leadingBack } from "./leading_back.ts";
import { lowestTcp, STAND_IN_LABELS } from "./stand_in.ts";
import { serviceOf } from "./stand_ins.ts";
import { traefikLabels } from "./traefik_labels.ts";

/** Before a container of the service has its names again. @throws EngineError */
export async function takeStandIn(engine: Engine, project: string, { id }: ContainerRef): Promise<void> {
  const service = serviceOf(await engine.json(`/containers/${id}/json`));
  for (const { name } of await standInsOf(engine, project, service)) await removeHelper(engine, name);
}

/**
 * When a container serves again beside its stand-in: Docker's Traefik is led to the container alone, and only then the
 * stand-in goes, as Traefik goes on calling for a moment what has just ended.
 *
 * @param settled until Traefik has taken in what was changed. @throws EngineError
 */
export async function handBack(
  engine: Engine,
  project: string,
  container: ContainerRef,
  settled: () => Promise<void>,
): Promise<void> {
  const answer = await engine.json(`/containers/${container.id}/json`);
  const service = serviceOf(answer);
  const name = `${project}-${service}-in-docker`;
  // One that an earlier run left.
  await removeHelper(engine, name);
  const standIns = await standInsOf(engine, project, service);
  const labels = standIns.length === 0 ? {} : routesBack(project, service, answer);
  const image = Object.keys(labels).length === 0 ? undefined : (await findForwarder(engine))?.image;
  const isLed = image !== undefined && await putSignpost(engine, {
    ...{ name, image, to: container.id },
    labels: { ...labels, [STAND_IN_LABELS.project]: project },
  }).then(() => true, unlessFailed);
  await settled();
  await takeStandIn(engine, project, container);
  if (isLed) await settled();
  await removeHelper(engine, name);
}

/** Without a signpost a moment's calls find nobody: that is no reason to stay. */
function unlessFailed(error: unknown): false {
  if (error instanceof EngineError) return false;
  throw error;
}

function routesBack(project: string, service: string, answer: unknown): Readonly<Record<string, string>> {
  const port = lowestTcp(exposedPorts(answer));
  const labels = record(field(field(answer, "Config"), "Labels")) ?? {};
  return leadingBack(traefikLabels({ project, service, labels, port }), port);
}

async function standInsOf(
  engine: Engine,
  project: string,
  service: string,
): Promise<readonly KnownHelper[]> {
  const labels = [`${STAND_IN_LABELS.project}=${project}`, `${STAND_IN_LABELS.service}=${service}`];
  return await listHelpers(engine, labels);
}
