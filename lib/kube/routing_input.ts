/** What the conversion of routes is given by the conversion of the stack. */
import type { Element, ElementSection, Routing } from "../traefik/routing.ts";
import { type Context, isSkipped } from "../stack/context.ts";
import { label } from "../stack/names.ts";
import type { Publications } from "../stack/network/published.ts";
import { textFiles } from "../stack/network/references.ts";
import type { ServicePort } from "../stack/ports.ts";
import type { ServiceTarget } from "./traefik/context.ts";
import type { RoutingConversionInput } from "./traefik/convert_routing.ts";
import { traefikDecisions } from "../decisions/traefik.ts";

/** Everything but the Services, which need the ports that routes ask for. */
export function routingConversionInput(
  context: Context,
  published: Publications,
): Omit<RoutingConversionInput, "serviceFor"> {
  const { project, namespace, decisions } = context;
  const acme = acmeOf(context);
  return {
    routing: withoutSkipped(context),
    project,
    namespace,
    decisions: traefikDecisions(decisions.traefik, decisions.storageId),
    published: published.entryPoints.flatMap((port) =>
      port.protocol === "SCTP" ? [] : [{ ...port, protocol: port.protocol }]
    ),
    ...(acme === undefined ? {} : { acme }),
  };
}

/** Whether the cluster's Traefik has anything to do for this stack, so that its settings are worth changing. */
export function hasRoutes({ routing }: Context, published: Publications): boolean {
  const { http, tcp, udp } = routing;
  return routing.traefikService !== undefined || published.entryPoints.length > 0 ||
    [http.routers, http.middlewares, tcp.routers, udp.routers].some(({ size }) => size > 0);
}

/** The certificates that the stack's Traefik has fetched, from the file among its mounts. */
function acmeOf({ routing, project, bindSources }: Context): string | undefined {
  const traefik = routing.traefikService === undefined ? undefined : project.services[routing.traefikService];
  for (const { source } of traefik?.volumes ?? []) {
    const found = textFiles(source ?? "", bindSources.get(source ?? "")).find(({ path }) =>
      path.endsWith("acme.json")
    );
    if (found !== undefined) return found.text;
  }
  return undefined;
}

/** The Service by which a route reaches a port of a compose service. */
export function serviceFor(
  context: Context,
  ports: ReadonlyMap<string, readonly ServicePort[]>,
  service: string,
  port: number,
): ServiceTarget | undefined {
  if (isSkipped(context.decisions, service)) return undefined;
  const known = ports.get(service)?.some((candidate) => candidate.port === port) ?? false;
  return known ? { name: label(service), port } : undefined;
}

/** Routers and backends of services that are not moved lead nowhere; their middlewares may be used by others. */
function withoutSkipped({ routing, decisions }: Context): Routing {
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
