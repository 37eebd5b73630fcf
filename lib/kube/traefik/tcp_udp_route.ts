/** TCP and UDP routers as IngressRouteTCP and IngressRouteUDP, and the middlewares of TCP. */
import type { Element } from "../../traefik/routing.ts";
import type { KubeObject } from "../object.ts";
import { compact, report, type RouteContext, type ServiceTarget, share, traefikObject } from "./context.ts";
import { reportHealthCheck } from "./health_check.ts";
import { emptyService } from "./external_service.ts";
import { convertMatch, knownEntryPoints, tlsOptions } from "./http_route.ts";
import { qualify } from "./references.ts";
import { serviceTarget } from "./service_target.ts";
import { type Json } from "../../values/json.ts";

/** Converts a TCP router. */
export function convertTcpRouter(
  context: RouteContext,
  element: Element,
  name: string,
): KubeObject | undefined {
  const { fields } = element;
  const entryPoints = knownEntryPoints(context, element);
  const match = convertMatch(context, element, "tcp");
  const services = streamServices(context, String(fields["service"] ?? ""), element, "tcp");
  const middlewares = tcpMiddlewares(context, element);
  if (
    entryPoints.length === 0 || match === undefined || services === undefined || middlewares === undefined
  ) return undefined;
  const tls = fields["tls"] as Json | undefined;
  return traefikObject(
    context,
    "IngressRouteTCP",
    name,
    compact({
      entryPoints: entryPoints.map(({ target }) => target),
      routes: [compact({
        match: match.rule,
        priority: match.priority,
        services,
        middlewares: middlewares.length === 0 ? undefined : middlewares,
      })],
      tls: tls && compact({
        passthrough: tls["passthrough"] === true ? true : undefined,
        certResolver: tls["certResolver"],
        domains: tls["domains"],
        options: tlsOptions(context, element, tls["options"]),
      }),
    }),
  );
}

/** Converts a UDP router. */
export function convertUdpRouter(
  context: RouteContext,
  element: Element,
  name: string,
): KubeObject | undefined {
  const names = (element.fields["entryPoints"] ?? []) as readonly string[];
  const entryPoints = names.length === 0 ? [] : knownEntryPoints(context, element);
  const services = streamServices(context, String(element.fields["service"] ?? ""), element, "udp");
  if (entryPoints.length === 0) {
    report(
      context,
      "warning",
      "traefik-entry-point-missing",
      element,
      `The UDP router "${element.name}" is on no entry point: Traefik disables it`,
      "Name its entry points: UDP has no default",
    );
    return undefined;
  }
  if (services === undefined) return undefined;
  return traefikObject(context, "IngressRouteUDP", name, {
    entryPoints: entryPoints.map(({ target }) => target),
    routes: [{ services }],
  });
}

/** Converts a TCP middleware: its fields are spelled the same. */
export function convertTcpMiddleware(context: RouteContext, element: Element, name: string): void {
  if (Object.keys(element.fields).length !== 1) {
    report(
      context,
      "warning",
      "traefik-middleware-invalid",
      element,
      `The TCP middleware "${element.name}" has no single type: Traefik disables every router that uses it`,
      "Give it one type",
    );
    return;
  }
  share(context, traefikObject(context, "MiddlewareTCP", name, element.fields), element.span);
  context.tcpMiddlewares.set(element.name, [name]);
}

function tcpMiddlewares(context: RouteContext, element: Element): readonly Json[] | undefined {
  const references = (element.fields["middlewares"] ?? []) as readonly string[];
  const names = references.map((reference) => context.tcpMiddlewares.get(qualify(reference, element)));
  if (names.every((found) => found !== undefined)) return names.flat().map((name) => ({ name }));
  const missing = references.filter((_, index) => names[index] === undefined);
  report(
    context,
    "warning",
    "traefik-middleware-missing",
    element,
    `The TCP middlewares ${
      missing.map((name) => `"${name}"`).join(", ")
    } of "${element.name}" do not exist: Traefik disables it`,
    "Correct the names, or define them",
  );
  return undefined;
}

function streamServices(
  context: RouteContext,
  reference: string,
  referrer: Element,
  protocol: "tcp" | "udp",
): readonly Json[] | undefined {
  const qualified = qualify(reference, referrer);
  const element = context.routing[protocol].services.get(qualified);
  if (element === undefined) {
    report(
      context,
      "warning",
      "traefik-service-unknown",
      referrer,
      `The ${protocol} service "${qualified}" of "${referrer.name}" does not exist: Traefik disables the router`,
      "Correct the name, or define the service",
    );
    return undefined;
  }
  const weighted = element.fields["weighted"] as
    | { services?: readonly { name: string; weight?: number }[] }
    | undefined;
  if (weighted !== undefined) {
    const parts = (weighted.services ?? []).map(({ name, weight }) =>
      streamServices(context, name, element, protocol)?.map((service) => ({
        ...service,
        weight: weight ?? 1,
      }))
    );
    return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
  }
  return streamBalancer(context, element, (element.fields["loadBalancer"] ?? {}) as Json, protocol);
}

function streamBalancer(
  context: RouteContext,
  element: Element,
  balancer: Json,
  protocol: "tcp" | "udp",
): readonly Json[] | undefined {
  const check = balancer["healthCheck"] as Json | undefined;
  const servers = (balancer["servers"] ?? []) as readonly Json[];
  if (check !== undefined) reportHealthCheck(context, element, check, servers);
  const transport = balancer["serversTransport"];
  if (transport !== undefined && balancer["terminationDelay"] !== undefined) {
    report(
      context,
      "warning",
      "traefik-field-lost",
      element,
      `The field "terminationDelay" of the service "${element.name}" is lost: a serversTransport takes its place`,
      "Write it into the serversTransport",
    );
  }
  const options = compact({
    proxyProtocol: balancer["proxyProtocol"],
    terminationDelay: balancer["terminationDelay"],
    serversTransport: typeof transport === "string"
      ? context.names.tcpTransports.get(qualify(transport, element)) ?? transport
      : undefined,
  });
  if (servers.length === 0) return [{ ...emptyService(context, element, `${protocol}-empty`), ...options }];
  const targets = servers.map((server) => {
    const target = streamTarget(context, element, String(server["address"] ?? ""), protocol);
    return target && compact({ ...target, ...options, tls: server["tls"] === true ? true : undefined });
  });
  return targets.every((target) => target !== undefined) ? targets : undefined;
}

function streamTarget(
  context: RouteContext,
  element: Element,
  address: string,
  protocol: "tcp" | "udp",
): ServiceTarget | undefined {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon);
  const port = Number(address.slice(colon + 1));
  if (!Number.isInteger(port) || port < 1) {
    report(
      context,
      "warning",
      "traefik-server-unusable",
      element,
      `The service "${element.name}" has a server without a usable port`,
      "Write the number of the port on which it listens",
    );
    return undefined;
  }
  return serviceTarget(context, element, { host, port, protocol: protocol === "udp" ? "UDP" : "TCP" });
}
