/** What becomes of ports that compose publishes on the host: they are reached as before, unless decided otherwise. */
import type { Port } from "../../compose/project.ts";
import { type Context, decided, isSkipped } from "./context.ts";
import type { Publication } from "../decisions/decisions.ts";
import { label } from "./names.ts";
import { protocolOf } from "./ports.ts";
import { isOneAddress } from "./network/host_address.ts";
import { portHolder } from "./network/port_holder.ts";
import { entryPointsOf } from "../traefik/static_configuration.ts";
import type { Placed, Publications, Published } from "./published_port.ts";
import { isShutIn, type Reach } from "./reach.ts";
import { replicasOf } from "./replicas.ts";
import { reportConflicts, reportPublished, reportUnnumbered } from "./published_report.ts";

/**
 * Sorts out every published port of every service that is moved, and says what becomes of those nobody decided.
 *
 * @param reach the networks of the services: Docker publishes nothing of one that has no way out.
 */
export function publications(context: Context, reach: Reach): Publications {
  const services = Object.values(context.project.services).filter((service) =>
    !isSkipped(context.decisions, service.name) && service.name !== context.routing.traefikService
  );
  for (const service of services) {
    if (service.network_mode !== "host" && !isShutIn(reach, service.name)) reportUnnumbered(context, service);
  }
  const all = services
    .flatMap((service) => publishedPorts(context, service.name, service.ports ?? []))
    .filter((port) => !isOfTraefik(context, port));
  reportConflicts(context, all);
  const counts = new Map<string, number>();
  for (const { service } of all) counts.set(service, (counts.get(service) ?? 0) + 1);
  const placed = withOneHostPort(
    all.map((port) => place(context, reach, port, counts.get(port.service) ?? 0)),
  );
  reportPublished(context, placed);
  const of = (way: Placed["way"]): readonly Published[] =>
    placed.filter((one) => one.way === way).map(({ port }) => port);
  const hostPorts = new Map<string, Published[]>();
  for (const port of of("hostPort")) {
    hostPorts.set(port.service, [...hostPorts.get(port.service) ?? [], port]);
  }
  return {
    entryPoints: placed.flatMap(({ port, entryPoint }) =>
      entryPoint === undefined ? [] : [{ ...port, entryPoint }]
    ),
    loadBalancers: of("loadBalancer"),
    hostPorts,
  };
}

/** Whether the stack's Traefik listens behind it, by the network of the service that publishes it: the front's then. */
function isOfTraefik({ project, routing }: Context, { service, port, protocol }: Published): boolean {
  const traefik = project.services[routing.traefikService ?? ""];
  return traefik !== undefined && portHolder(project, traefik).name === service &&
    entryPointsOf(routing.static).some((entryPoint) =>
      entryPoint.port === port && entryPoint.protocol.toUpperCase() === protocol
    );
}

/** One entry for a host port, whether it is written for IPv4 and for IPv6 or once for both. */
function publishedPorts(context: Context, service: string, ports: readonly Port[]): Published[] {
  const found = new Map<string, Published>();
  for (const [index, port] of ports.entries()) {
    const span = context.project.span(["services", service, "ports", index]);
    const protocol = protocolOf(port.protocol);
    const hostIp = isOneAddress(port.host_ip) ? port.host_ip : undefined;
    for (const hostPort of hostPortsOf(context, service, port)) {
      const key = `${hostIp ?? ""} ${hostPort}/${protocol} ${port.target}`;
      if (found.has(key)) continue;
      found.set(key, {
        service,
        port: port.target,
        protocol,
        hostPort,
        ...(hostIp === undefined ? {} : { hostIp }),
        ...(span === undefined ? {} : { span }),
        index,
      });
    }
  }
  return [...found.values()];
}

/** The port of the host; of a range for one port of the container each of its replicas takes the first that is free. */
function hostPortsOf({ project, decisions }: Context, name: string, { published }: Port): readonly number[] {
  const service = project.services[name];
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(published ?? "") ?? [];
  if (first === undefined || service === undefined || Number(first) < 1) return [];
  const count = Math.min(Number(last) - Number(first) + 1, Math.max(1, replicasOf(decisions, service)));
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

/** k3s's load balancer runs a container for each port; beyond these the pod takes them itself. */
const MOST_BALANCED = 64;
/** Ports of a node on which Kubernetes itself is reached. */
const KUBERNETES = new Set(["6443/TCP", "10250/TCP"]);

function place(context: Context, reach: Reach, port: Published, ofService: number): Placed {
  const decision = decisionOf(context, port);
  const front = frontOf(port);
  if (decision !== undefined) {
    if (typeof decision === "object") {
      return { port, way: "entryPoint", entryPoint: front ?? decision.entryPoint, isDecided: true };
    }
    if (decision === "entryPoint") {
      const name = front ?? label(`${port.protocol.toLowerCase()}-${port.hostPort}`, 15);
      return { port, way: "entryPoint", entryPoint: name, isDecided: true };
    }
    return { port, way: decision, isDecided: true };
  }
  const isDecided = false;
  if (context.project.services[port.service]?.network_mode === "host") {
    return { port, way: "open", isDecided };
  }
  if (isShutIn(reach, port.service)) return { port, way: "shut", isDecided };
  if (KUBERNETES.has(`${port.hostPort}/${port.protocol}`)) {
    return { port, way: "private", isDecided, why: "Kubernetes itself is reached there" };
  }
  if (port.hostIp !== undefined) return placeOnAddress(context, port, front);
  if (front !== undefined && context.routing.traefikService === undefined) {
    return { port, way: "entryPoint", entryPoint: front, isDecided };
  }
  const isMany = ofService > MOST_BALANCED && levelAllowsHostPorts(context);
  return { port, way: isMany ? "hostPort" : "loadBalancer", isDecided };
}

/** A load balancer takes every address of the node; a pod's own port can take one. */
function placeOnAddress(context: Context, port: Published, front: string | undefined): Placed {
  const isDecided = false;
  if (front !== undefined) {
    return { port, way: "private", isDecided, why: "the cluster's Traefik holds it on every address" };
  }
  return levelAllowsHostPorts(context)
    ? { port, way: "hostPort", isDecided }
    : { port, way: "private", isDecided, why: `Pod Security "${context.decisions.podSecurity}" forbids it` };
}

function levelAllowsHostPorts({ decisions }: Context): boolean {
  return decisions.podSecurity === undefined || decisions.podSecurity === "privileged";
}

/** The entry point of the cluster's Traefik that has the port already. */
function frontOf({ hostPort, protocol }: Published): "web" | "websecure" | undefined {
  if (protocol !== "TCP") return undefined;
  return hostPort === 80 ? "web" : hostPort === 443 ? "websecure" : undefined;
}

/** A pod takes one port of the node for each of its own; others of it go through a load balancer where that can be. */
function withOneHostPort(placed: readonly Placed[]): Placed[] {
  const taken = new Set<string>();
  return placed.map((one) => {
    if (one.way !== "hostPort") return one;
    const key = `${one.port.service} ${one.port.port}/${one.port.protocol}`;
    if (!taken.has(key)) {
      taken.add(key);
      return one;
    }
    if (one.port.hostIp === undefined) return { ...one, way: "loadBalancer" as const };
    const why = `a pod takes one port of the node for its port ${one.port.port}`;
    return { ...one, way: "private" as const, isDecided: false, why };
  });
}

/** The service's own decision before the one for the host's port; a range such as `5000-5010/udp` is one for each. */
function decisionOf(context: Context, port: Published): Publication | undefined {
  const keys = [`${port.hostPort}/${port.protocol.toLowerCase()}`, String(port.hostPort)];
  for (const table of [decided(context.decisions, port.service).publish, context.decisions.publish]) {
    if (table === undefined) continue;
    const key = keys.find((candidate) => Object.hasOwn(table, candidate)) ??
      Object.keys(table).find((range) => isWithin(range, port));
    if (key !== undefined) return table[key];
  }
  return undefined;
}

function isWithin(range: string, { hostPort, protocol }: Published): boolean {
  const match = /^(\d+)-(\d+)(?:\/(tcp|udp|sctp))?$/.exec(range);
  if (match === null) return false;
  const [, from, to, wanted] = match;
  return Number(from) <= hostPort && hostPort <= Number(to) &&
    (wanted === undefined || wanted === protocol.toLowerCase());
}
