/** Puts stand-ins into the engines that a service came from, and takes them away again. Every call may be repeated. */
import { ApiError } from "../../cluster/api_error.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { type ContainerRef, withEngine } from "../../docker/change_containers.ts";
import type { Environment } from "../../docker/endpoints.ts";
import { type Engine, EngineError } from "../../docker/engine.ts";
import { findForwarder } from "../../docker/forwarder_image.ts";
import { listHelpers, removeHelper, runHelper } from "../../docker/helper_containers.ts";
import { withWayOut } from "../../docker/way_out.ts";
import { field } from "../../values/json.ts";
import { anyAnswers } from "./answering.ts";
import { type ClusterAddress, STAND_IN_LABELS, standInOf } from "./stand_in.ts";

/** Of which project they are, and how its engines are found. */
export interface StandInOptions {
  readonly environment: Environment;
  readonly project: string;
  /** Whether another service calls it, by the files; one that nobody calls is not missed. */
  readonly isCalled: (service: string) => boolean;
}

/** A service that has moved, and its containers. */
export interface Moved {
  readonly containers: readonly ContainerRef[];
  /** Networks that only keep them from being started. */
  readonly without: readonly string[];
  /** Undefined where the cluster has no address for it. */
  readonly addressOf: (service: string) => Promise<ClusterAddress | undefined>;
}

/**
 * One for each service of these containers, in their place. It is tried before it counts.
 *
 * @returns what keeps those who were left behind from finding it
 */
export async function putStandIns(
  options: StandInOptions,
  moved: Moved,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  for (const [host, containers] of Map.groupBy(moved.containers, (container) => container.host)) {
    try {
      await withEngine(options.environment, host, async (engine) => {
        for (const [service, answers] of await byService(engine, containers)) {
          const why = await tried(() =>
            putStandIn(engine, { ...options, ...moved, service, answers }, signal)
          );
          if (why !== undefined && options.isCalled(service)) problems.push(notFound(service, why));
        }
      });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      problems.push(notFound(containers.map(({ name }) => name).join(", "), error.message));
    }
  }
  return problems;
}

/** One that fails is no reason to leave out the others of a pod. */
async function tried(work: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineError || error instanceof ApiError) return error.message;
    throw error;
  }
}

/** Before a container of the service has its names again. @throws EngineError */
export async function takeStandIn(engine: Engine, project: string, { id }: ContainerRef): Promise<void> {
  const service = serviceOf(await engine.json(`/containers/${id}/json`));
  const labels = [`${STAND_IN_LABELS.project}=${project}`, `${STAND_IN_LABELS.service}=${service}`];
  for (const { name } of await listHelpers(engine, labels)) await removeHelper(engine, name);
}

/** Of compose's own label. */
function serviceOf(answer: unknown): string {
  return String(field(field(field(answer, "Config"), "Labels"), "com.docker.compose.service") ?? "");
}

async function byService(
  engine: Engine,
  containers: readonly ContainerRef[],
): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const found = await Promise.all(containers.map(({ id }) => engine.json(`/containers/${id}/json`)));
  const known = found.filter((answer) => answer !== undefined);
  return Map.groupBy(known, serviceOf);
}

/** @returns why there is none */
async function putStandIn(
  engine: Engine,
  { project, service, answers, without, addressOf }: StandInOptions & Moved & {
    readonly service: string;
    readonly answers: readonly unknown[];
  },
  signal: AbortSignal,
): Promise<string | undefined> {
  const address = await addressOf(service);
  if (address === undefined) return "no port of it is known";
  const forwarder = await findForwarder(engine);
  if (forwarder === undefined) {
    return "the engine has no image of Traefik 2 or 3, which would pass on connections";
  }
  const helper = standInOf({ project, service, containers: answers, without }, address, forwarder);
  // Nobody could call it by a name before either.
  if (helper === undefined) return undefined;
  const [own] = await runHelper(engine, await withWayOut(engine, helper));
  if (own === undefined) return `"${helper.name}" has no address`;
  const ports = address.ports.filter(({ protocol }) => protocol === "TCP").map(({ port }) => port);
  if (ports.length > 0 && !await anyAnswers(own, ports, signal)) {
    return `nobody answers through "${helper.name}"; look with: docker logs ${helper.name}`;
  }
  return undefined;
}

function notFound(service: string, why: string): Diagnostic {
  return {
    code: "run-name-not-carried",
    severity: "warning",
    message:
      `Containers that are left in the engine do not find "${service}" in the cluster by its name: ${why}`,
    hint: 'Move its callers in the same run; a port is told by expose: ["5432"] in the compose file',
  };
}
