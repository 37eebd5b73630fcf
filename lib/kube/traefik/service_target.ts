/** The Service that a server of Traefik's configuration stands for. */
import type { Element } from "../../traefik/routing.ts";
import { report, type RouteContext, type ServiceTarget } from "./context.ts";
import { externalService } from "./external_service.ts";

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
  const host = written.replace(/^\[|\]$/g, "");
  const service = context.composeService(host);
  if (service === undefined) {
    return externalService(context, element, context.neighbour(host) ?? host, port, protocol);
  }
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
