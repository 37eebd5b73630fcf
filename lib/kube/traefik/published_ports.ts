/** Ports that compose published and that decisions lead through Traefik: IngressRouteTCP and IngressRouteUDP. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { PlannedObject } from "../object.ts";
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

/** The route of a published port: everything that arrives on its entry point. */
export function publishedRoute(context: RouteContext, published: PublishedPort): PlannedObject | undefined {
  const { service, port, protocol, entryPoint, span } = published;
  context.required.push({ service, port, protocol, ...(span === undefined ? {} : { span }) });
  const target = context.serviceFor(service, port);
  if (target === undefined) return undefined;
  const name = label(`${service}-${published.hostPort}`);
  const services = [{ name: target.name, port: target.port }];
  const object = protocol === "UDP"
    ? traefikObject(context, "IngressRouteUDP", name, { entryPoints: [entryPoint], routes: [{ services }] })
    : traefikObject(context, "IngressRouteTCP", name, {
      entryPoints: [entryPoint],
      routes: [{ match: "HostSNI(`*`)", services }],
    });
  return { object, service, ...(span === undefined ? {} : { source: span }) };
}
