/** The Service that a server of Traefik's configuration stands for. */
import type { Element } from "../../traefik/routing.ts";
import { report, type RouteContext, type ServiceTarget } from "./context.ts";
import { externalService } from "./external_service.ts";
import { behindLoopback, isLoopbackHost } from "./loopback.ts";
import { loopbackOf } from "./own_hosts.ts";

/** Where a server listens; an address of IPv6 may have its brackets. */
interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** A service of the stack, which then needs that port, or a Service for what lies outside; reported where it has none. */
export function serviceTarget(
  context: RouteContext,
  element: Element,
  { host: written, port, protocol }: ServerAddress,
): ServiceTarget | undefined {
  const host = loopbackOf(context, written.replace(/^\[|\]$/g, ""));
  const service = context.composeService(host);
  if (service !== undefined) return ownTarget(context, element, { service, port, protocol });
  if (!isLoopbackHost(host)) {
    return externalService(context, element, context.neighbour(host) ?? host, port, protocol);
  }
  const whose = `the service "${element.name}"`;
  const behind = behindLoopback(context, element, { host, port, protocol, whose });
  switch (behind.kind) {
    case "service":
      return ownTarget(context, element, { ...behind, protocol });
    case "host":
      return externalService(context, element, host, port, protocol, behind.host);
    case "nothing":
      return undefined;
  }
}

function ownTarget(
  context: RouteContext,
  element: Element,
  { service, port, protocol }: {
    readonly service: string;
    readonly port: number;
    readonly protocol: "TCP" | "UDP";
  },
): ServiceTarget | undefined {
  const { span } = element;
  context.required.push({ service, port, protocol, ...(span === undefined ? {} : { span }) });
  const target = context.serviceFor(service, port);
  if (target === undefined) {
    report(
      context,
      "error",
      "traefik-backend-missing",
      element,
      `The service "${element.name}" leads to "${service}", which has no Service in the cluster`,
      `Let a migration take "${service}", or remove its routes`,
    );
  }
  return target;
}
