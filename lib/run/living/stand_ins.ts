/** Puts stand-ins into the engines that a service came from, and takes them away again. Every call may be repeated. */
import { ApiError } from "../../cluster/api_error.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { type ContainerRef, withEngine } from "../../docker/change_containers.ts";
import type { Environment } from "../../docker/endpoints.ts";
import { type Engine, EngineError } from "../../docker/engine.ts";
import { findForwarder } from "../../docker/forwarder_image.ts";
import { type HelperContainer, type PublishedPort, runHelper } from "../../docker/helper_containers.ts";
import { lookAgain } from "../../docker/look_again.ts";
import { withWayOut } from "../../docker/way_out.ts";
import { field } from "../../values/json.ts";
import { anyAnswers } from "./answering.ts";
import { heldPorts, type MayPublish } from "./carried_ports.ts";
import { type ClusterAddress, standInOf } from "./stand_in.ts";

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
  /** Which ports of the machine are free for it. */
  readonly mayPublish: MayPublish;
  /** Undefined where the cluster has no address for it. */
  readonly addressOf: (service: string) => Promise<ClusterAddress | undefined>;
  /** The containers serve until the stand-ins do. */
  readonly isBeside?: boolean;
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
          const { why, open = [], closed = why } = await tried(() =>
            putStandIn(engine, { ...options, ...moved, service, answers }, signal)
          );
          if (why !== undefined && options.isCalled(service)) problems.push(notFound(service, why));
          if (closed !== undefined) problems.push(...notOpen(service, closed, { answers, open, ...moved }));
        }
      });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      problems.push(notFound(containers.map(({ name }) => name).join(", "), error.message));
    }
  }
  return problems;
}

/** What came of one. */
interface Outcome {
  /** Why nobody finds it by its name. */
  readonly why?: string;
  /** Why ports of the machine do not lead to it, where others do. */
  readonly closed?: string;
  /** Ports of the machine that lead to it. */
  readonly open?: readonly PublishedPort[];
}

/** One that fails is no reason to leave out the others of a pod. */
async function tried(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineError || error instanceof ApiError) return { why: error.message };
    throw error;
  }
}

/** Of compose's own label. */
export function serviceOf(answer: unknown): string {
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

async function putStandIn(
  engine: Engine,
  { service, answers, addressOf, ...given }: StandInOptions & Moved & {
    readonly service: string;
    readonly answers: readonly unknown[];
  },
  signal: AbortSignal,
): Promise<Outcome> {
  const address = await addressOf(service);
  if (address === undefined) return { why: "no port of it is known" };
  const forwarder = await findForwarder(engine);
  if (forwarder === undefined) {
    return { why: "the engine has no image of Traefik 2 or 3, which is needed to forward connections" };
  }
  const helper = standInOf({ ...given, service, containers: answers }, address, forwarder);
  // Nobody could call it by a name before either.
  if (helper === undefined) return {};
  const { addresses: [own], ...ports } = await run(engine, helper, signal);
  if (own === undefined) return { why: `"${helper.name}" has no address` };
  const known = address.ports.filter(({ protocol }) => protocol === "TCP").map(({ port }) => port);
  if (known.length > 0 && !await anyAnswers(own, known, signal)) {
    return { why: `no connection succeeds through "${helper.name}"; look with: docker logs ${helper.name}` };
  }
  // It got its networks after its start, and Docker's Traefik looks when a container starts or ends.
  if (given.isBeside === true) await lookAgain(engine, helper);
  return ports;
}

/** Without ports of the machine where these cannot be had: its names are no less needed. */
async function run(
  engine: Engine,
  helper: HelperContainer,
  signal: AbortSignal,
): Promise<Pick<Outcome, "closed" | "open"> & { readonly addresses: readonly string[] }> {
  const outward = await withWayOut(engine, helper);
  // Of networks that lead nowhere Docker published none.
  if (outward !== helper) {
    return { addresses: await runHelper(engine, { ...outward, published: [] }, signal) };
  }
  try {
    return { addresses: await runHelper(engine, helper, signal), open: helper.published ?? [] };
  } catch (error) {
    if (!(error instanceof EngineError) || helper.published?.length === 0) throw error;
    return {
      addresses: await runHelper(engine, { ...helper, published: [] }, signal),
      closed: error.message,
    };
  }
}

function notFound(service: string, why: string): Diagnostic {
  return {
    code: "run-name-not-carried",
    severity: "warning",
    message:
      `Containers that are left in the engine do not find "${service}" in the cluster by its name: ${why}`,
    hint: 'Move its callers in the same run; set a port with expose: ["5432"] in the compose file',
  };
}

/** Ports of the machine that the containers had, and that lead nowhere now. */
function notOpen(
  service: string,
  why: string,
  { answers, open, mayPublish }: Pick<Moved, "mayPublish"> & {
    readonly answers: readonly unknown[];
    readonly open: readonly PublishedPort[];
  },
): readonly Diagnostic[] {
  const closed = heldPorts(answers, mayPublish).filter(({ hostAddress, hostPort, port }) =>
    !open.some((one) => one.hostAddress === hostAddress && one.hostPort === hostPort && one.port === port)
  );
  if (closed.length === 0) return [];
  const names = [...new Set(closed.map(({ name }) => name))].join(", ");
  return [{
    code: "run-port-not-carried",
    severity: "warning",
    message: `Nobody answers for "${service}" on ${names} of this machine, where its container did: ${why}`,
    hint: "When the front has moved, the cluster answers on the ports that are decided: continue with " +
      "`deno task migrate --cross`, or move the service back",
  }];
}
