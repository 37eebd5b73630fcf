/** Ports that compose published and that decisions lead through Traefik: IngressRouteTCP and IngressRouteUDP. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import { type RouteContext, traefikObject } from "./context.ts";
import { label } from "../../stack/names.ts";

/** A host port that a decision gives to an entry point of Traefik. */
export interface PublishedPort {
  readonly service: string;
  /** The container's port. */
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  /** The port on which the world reaches it. */
  readonly hostPort: number;
  /** The entry point's name in the cluster. */
  readonly entryPoint: string;
  readonly span?: Span;
}

/** Below every route that somebody wrote. */
const LOWEST_PRIORITY = 1;

interface Route {
  readonly name: string;
  readonly entryPoint: string;
  readonly protocol: "TCP" | "UDP";
  readonly services: readonly { readonly name: string; readonly port: number }[];
}

/** On the entry points that all share a service has what no other route wants: HTTP as it is, TLS passed on. */
function routeObject(context: RouteContext, { name, entryPoint, protocol, services }: Route): KubeObject {
  const entryPoints = [entryPoint];
  if (protocol === "UDP") {
    return traefikObject(context, "IngressRouteUDP", name, { entryPoints, routes: [{ services }] });
  }
  if (entryPoint === "web") {
    const route = { kind: "Rule", match: "PathPrefix(`/`)", priority: LOWEST_PRIORITY, services };
    return traefikObject(context, "IngressRoute", name, { entryPoints, routes: [route] });
  }
  const match = "HostSNI(`*`)";
  return traefikObject(
    context,
    "IngressRouteTCP",
    name,
    entryPoint === "websecure"
      ? {
        entryPoints,
        routes: [{ match, priority: LOWEST_PRIORITY, services }],
        tls: { passthrough: true },
      }
      : { entryPoints, routes: [{ match, services }] },
  );
}

/** The route of a published port: everything that arrives on its entry point. */
export function publishedRoute(context: RouteContext, published: PublishedPort): PlannedObject | undefined {
  const { service, port, protocol, entryPoint, span } = published;
  context.required.push({ service, port, protocol, ...(span === undefined ? {} : { span }) });
  const target = context.serviceFor(service, port);
  if (target === undefined) return undefined;
  const name = label(`${service}-${published.hostPort}`);
  const services = [{ name: target.name, port: target.port }];
  const object = routeObject(context, { name, entryPoint, protocol, services });
  return { object, service, ...(span === undefined ? {} : { source: span }) };
}
