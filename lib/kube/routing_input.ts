/** What the conversion of routes is given by the conversion of the stack. */
import type { Mount } from "../../compose/project.ts";
import type { Element, ElementSection, Routing } from "../traefik/routing.ts";
import type { ContainerFiles } from "../traefik/container_files.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import type { TextAt } from "../traefik/inline_files.ts";
import { traefikContainer } from "../stack/traefik_container.ts";
import { isSkipped } from "../stack/context.ts";
import { podGroups } from "../stack/pod_groups.ts";
import type { StackFacts } from "../stack/facts.ts";
import { serviceLabel } from "../stack/names.ts";
import { pathOnNode, storageDecision } from "../stack/storage/places.ts";
import { clusterAddress } from "../stack/network/neighbours.ts";
import { readyServiceName } from "./workload/readiness.ts";
import type { RoutingConversionInput } from "./traefik/convert_routing.ts";
import { traefikDecisions } from "../decisions/traefik.ts";

/** The routes of the services that are moved, each of which has a Service with the ports that routes lead to. */
export function routingConversionInput(facts: StackFacts): RoutingConversionInput {
  const { project, namespace, decisions, published, neighbours, otherProjects = [] } = facts;
  const container = containerOf(facts);
  const groups = podGroups(project);
  return {
    routing: withoutSkipped(facts),
    project,
    namespace,
    neighbour: (host) => {
      const found = neighbours.get(host);
      return found && clusterAddress(found);
    },
    decisions: traefikDecisions(decisions.traefik, decisions.storageId),
    serviceFor: (name, port) => {
      const service = isSkipped(decisions, name) ? undefined : project.services[name];
      return service && { name: readyServiceName(facts, service) ?? serviceLabel(groups.nameOf(name)), port };
    },
    published: published.entryPoints.flatMap((port) =>
      port.protocol === "SCTP" ? [] : [{ ...port, protocol: port.protocol }]
    ),
    ...(decisions.hostGateway === undefined ? {} : { hostGateway: decisions.hostGateway }),
    ...(container === undefined ? {} : { storedAt: (path) => container.at(path) }),
    textAt: textsOf(container),
    directoryOf: (mount) => directoryOf(facts, mount),
    sharesTraefik: otherProjects.length > 0,
  };
}

/** Where a mount lies on the node; `undefined` of what is no directory there. */
function directoryOf(facts: StackFacts, { type, source }: Mount): string | undefined {
  if (source === undefined) return undefined;
  const { project, decisions, volumes } = facts;
  if (type === "bind") return pathOnNode(project, decisions, storageDecision(facts, source), source);
  const role = type === "volume" ? volumes.get(source) : undefined;
  return role?.kind === "directory" ? role.path : undefined;
}

/** Whether the cluster's Traefik has anything to do for this stack, so that its settings are worth changing. */
export function hasRoutes({ routing, published }: StackFacts): boolean {
  const { http, tcp, udp } = routing;
  return routing.traefikService !== undefined || published.entryPoints.length > 0 ||
    [http.routers, http.middlewares, tcp.routers, udp.routers].some(({ size }) => size > 0);
}

/** What lies in the container of the stack's Traefik. */
function containerOf(facts: StackFacts): ContainerFiles | undefined {
  const found = findTraefik(facts.project);
  return found === undefined ? undefined : traefikContainer(facts.project, found, facts);
}

function textsOf(container: ContainerFiles | undefined): TextAt {
  return (path) => {
    const file = container?.at(path);
    return file?.kind === "text" ? file.text.text : undefined;
  };
}

/** Routers and backends of services that are not moved lead nowhere; their middlewares may be used by others. */
function withoutSkipped({ routing, decisions }: StackFacts): Routing {
  const keep = (elements: ReadonlyMap<string, Element>): ReadonlyMap<string, Element> =>
    new Map([...elements].filter(([, { services }]) => {
      return services.length === 0 || services.some((service) => !isSkipped(decisions, service));
    }));
  const section = (all: ElementSection): ElementSection => ({
    ...all,
    routers: keep(all.routers),
    services: keep(all.services),
  });
  const { http, tcp, udp } = routing;
  return {
    ...routing,
    http: section(http),
    tcp: section(tcp),
    udp: { routers: keep(udp.routers), services: keep(udp.services) },
  };
}
