/** Where each side answers what `verify` and the step of the front ask: Docker, and the cluster. */
import type { Project } from "../../compose/project.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { EngineError } from "../docker/engine.ts";
import { findEngines, type SilentEngine } from "../docker/engines.ts";
import { findFront, type Front } from "../docker/front.ts";
import { type RunningPort, runningPorts } from "../docker/running_ports.ts";
import type { Conversion } from "../kube/conversion.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Plan, plannedObjects, refOf } from "../migration/step.ts";
import { clusterAddress } from "../run/living/cluster_address.ts";
import { STAND_IN_LABELS } from "../run/living/stand_in.ts";
import type { Place } from "../run/verify/ask.ts";
import { type Nowhere, openedPlace, openerOf } from "../run/verify/opened_port.ts";
import type { PortQuestion, Question } from "../run/verify/questions.ts";
import type { Side } from "../run/verify/verify.ts";
import { field, list } from "../values/json.ts";
import type { Surroundings } from "./surroundings.ts";

/** A stack whose sides are asked. */
export interface AskedStack {
  readonly project: Project;
  readonly conversion: Conversion;
  readonly decisions: Decisions;
}

/** Every object that it becomes, the front's too, which a plan may have left out. */
export function plannedBy(plan: Plan, { front }: Pick<Conversion, "front">): readonly KubeObject[] {
  return [...plan.migrations.flatMap(plannedObjects), ...front].map(({ object }) => object);
}

/**
 * Docker's, by its Traefik's own address and the ports that its containers publish. A Traefik on the machine's own network
 * has none: it is asked at the machine's ports, as long as these do not lead to the cluster. So is what stands in for a
 * container that published a port.
 *
 * @throws ApiError
 */
export async function dockerSide(
  { environment }: Pick<Surroundings, "environment">,
  { project, decisions, conversion }: AskedStack,
  client: ClusterClient,
): Promise<DockerSide> {
  const { front, ports, silent } = decisions.engine === "none"
    ? NO_ENGINE
    : await readEngines(environment, project.name);
  const isAsked = front.isOnHost || ports.some(({ isStandIn }) => isStandIn);
  const taken = isAsked ? await balancedPorts(client, conversion, decisions) : new Set<number>();
  return {
    silent,
    route: ({ publicPort }) => {
      const own = front.published[publicPort];
      if (own !== undefined || !front.isOnHost) return own;
      return taken.has(publicPort)
        ? {
          silence:
            "the machine's port leads to the cluster, and its Traefik has no address but the machine's",
        }
        : { hostname: LOOPBACK, port: publicPort };
    },
    port: ({ service, hostAddress, hostPort }) => {
      const own = ports.find((one) => one.service === service && one.hostPort === hostPort);
      if (own === undefined) return { silence: "Docker shows no container that publishes it" };
      return own.isStandIn && taken.has(hostPort)
        ? { silence: "the machine's port leads to the cluster" }
        : { hostname: hostAddress, port: hostPort };
    },
  };
}

/** What the engines of this machine run. */
interface Engines {
  readonly front: Front;
  readonly ports: readonly RunningPort[];
  /** Those that cannot be asked: what they run may answer. */
  readonly silent: readonly SilentEngine[];
}

const NO_ENGINE: Engines = { front: { published: {}, isOnHost: false }, ports: [], silent: [] };

const LOOPBACK = "127.0.0.1";

/** TCP ports of the node that the front's Services have, or that of k3s's Traefik: whoever holds them does not get them. */
async function balancedPorts(
  client: ClusterClient,
  { front }: Pick<Conversion, "front">,
  decisions: Decisions,
): Promise<ReadonlySet<number>> {
  const traefik = {
    apiVersion: "v1",
    kind: "Service",
    namespace: traefikNamespace(decisions),
    name: "traefik",
  };
  const refs = front.map(({ object }) => refOf(object)).filter(({ kind }) => kind === "Service");
  const services = await Promise.all([...refs, traefik].map((ref) => client.get(ref)));
  return new Set(
    services.map((service) => service?.["spec"]).filter((spec) => field(spec, "type") === "LoadBalancer")
      .flatMap((spec) => list(field(spec, "ports"))).flatMap(({ port, protocol }) =>
        typeof port === "number" && protocol !== "UDP" ? [port] : []
      ),
  );
}

function traefikNamespace({ traefik }: Decisions): string {
  return traefik?.namespace ?? "kube-system";
}

/** What engines are asked here. */
export const WHAT_ANSWERS = "which of its containers answer for the stack";

/** Docker's, with the engines that did not say what they run. */
export interface DockerSide extends Side {
  readonly silent: readonly SilentEngine[];
}

/** Without an engine nobody answers there: what the node's ports lead to then is the cluster. */
async function readEngines(environment: Surroundings["environment"], project: string): Promise<Engines> {
  using engines = await findEngines(environment);
  const sides = await Promise.all(engines.known.map(async ({ engine }): Promise<Engines> => {
    try {
      const ports = await runningPorts(engine, project, STAND_IN_LABELS);
      return { front: await findFront(engine), ports, silent: [] };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const { endpoint } = engine;
      return { ...NO_ENGINE, silent: [{ endpoint, why: error.message }] };
    }
  }));
  return {
    front: {
      published: Object.assign({}, ...sides.map(({ front }) => front.published)) as Front["published"],
      isOnHost: sides.some(({ front }) => front.isOnHost),
    },
    ports: sides.flatMap(({ ports }) => ports),
    silent: [...engines.silent, ...sides.flatMap(({ silent }) => silent)],
  };
}

/** By which of the cluster's addresses it is asked. */
export interface ClusterWays {
  /** `traefik`: by its Service, also before it has a port of the node; `node`: by the address of the load balancer. */
  readonly routes: "traefik" | "node";
  /** `service`: by the Service's own address; `opened`: as the plan opens it, else by its Service. */
  readonly ports: "service" | "opened";
}

/** The cluster's. @throws ApiError */
export async function clusterSide(
  client: ClusterClient,
  { conversion: { namespace }, decisions }: AskedStack,
  asked: readonly Question[],
  { objects, routes, ports }: ClusterWays & { readonly objects: readonly KubeObject[] },
): Promise<Side> {
  const opened = async (hostPort: number): Promise<Place | Nowhere | undefined> => {
    const opener = openerOf(objects, { hostPort });
    return opener === undefined ? undefined : await openedPlace(client, opener, { hostPort });
  };
  const own = async ({ service, port }: PortQuestion): Promise<Place | undefined> => {
    const found = await clusterAddress(client, namespace, service);
    return found === undefined ? undefined : { hostname: found.address, port };
  };
  const traefik = await clusterAddress(client, traefikNamespace(decisions), "traefik");
  const place = async (question: Question): Promise<Place | Nowhere | undefined> => {
    if (question.kind === "port") {
      return (ports === "opened" ? await opened(question.hostPort) : undefined) ?? await own(question);
    }
    if (routes === "node") return await opened(question.publicPort);
    return traefik === undefined ? undefined : { hostname: traefik.address, port: question.publicPort };
  };
  const places = new Map(
    await Promise.all(asked.map(async (question) => [question, await place(question)] as const)),
  );
  return { route: (question) => places.get(question), port: (question) => places.get(question) };
}
