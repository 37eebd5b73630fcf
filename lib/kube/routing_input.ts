/** What the conversion of routes is given by the conversion of the stack. */
import type { Mount } from "../../compose/project.ts";
import type { Element, ElementSection, Routing } from "../traefik/routing.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import type { TextAt } from "../traefik/inline_files.ts";
import { selectTraefikFiles } from "../traefik/traefik_files.ts";
import { fileObjectsAt } from "../stack/file_objects_at.ts";
import { isSkipped } from "../stack/context.ts";
import { podGroups } from "../stack/pod_groups.ts";
import type { StackFacts } from "../stack/facts.ts";
import { serviceLabel } from "../stack/names.ts";
import { pathOnNode, storageDecision } from "../stack/storage/places.ts";
import { clusterAddress } from "../stack/network/neighbours.ts";
import { textFiles } from "../stack/texts/text_files.ts";
import { readyServiceName } from "./workload/readiness.ts";
import type { RoutingConversionInput } from "./traefik/convert_routing.ts";
import { traefikDecisions } from "../decisions/traefik.ts";

/** The routes of the services that are moved, each of which has a Service with the ports that routes lead to. */
export function routingConversionInput(facts: StackFacts): RoutingConversionInput {
  const { project, namespace, decisions, published, neighbours, otherProjects = [] } = facts;
  const acme = acmeOf(facts);
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
    ...(acme === undefined ? {} : { acme }),
    textAt: traefikTexts(facts),
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

/** What lies at a path in the container of the stack's Traefik. */
function traefikTexts({ project, bindSources }: StackFacts): TextAt {
  const found = findTraefik(project);
  if (found === undefined) return () => undefined;
  const objects = fileObjectsAt(project, bindSources, project.services[found.service]);
  return selectTraefikFiles(found, bindSources, objects).files.textAt ?? (() => undefined);
}

/** The certificates that the stack's Traefik has fetched, from the file among its mounts. */
function acmeOf({ routing, project, bindSources }: StackFacts): string | undefined {
  const traefik = routing.traefikService === undefined ? undefined : project.services[routing.traefikService];
  for (const { source } of traefik?.volumes ?? []) {
    const found = textFiles(source ?? "", bindSources.get(source ?? "")).find(({ path }) =>
      path.endsWith("acme.json")
    );
    if (found !== undefined) return found.text;
  }
  return undefined;
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
