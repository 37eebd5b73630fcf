/** HTTP services as the `services` of a route, or as a TraefikService where they are more than a load balancer. */
import type { Element } from "../../traefik/routing.ts";
import { wholeUnits } from "../../traefik/duration.ts";
import { hasField } from "./newer_fields.ts";
import { compositeService, stickyService } from "./composite_service.ts";
import { compact, report, type RouteContext, type ServiceReference } from "./context.ts";
import { reportHealthCheck } from "./health_check.ts";
import { emptyService } from "./external_service.ts";
import { atField } from "./field_place.ts";
import { middlewareReferences } from "./middleware_references.ts";
import { qualify } from "./references.ts";
import { transportFor } from "./servers_transport.ts";
import { serviceTarget } from "./service_target.ts";
import { type Json } from "../../values/json.ts";

/**
 * Converts the service that an element refers to.
 *
 * @returns undefined where Traefik would not have it either, or the cluster cannot: a finding says which
 */
export function httpServices(
  context: RouteContext,
  reference: string,
  referrer: Element,
): readonly ServiceReference[] | undefined {
  const qualified = qualify(reference, referrer);
  if (qualified.endsWith("@internal")) return [{ kind: "TraefikService", name: qualified }];
  const element = context.routing.http.services.get(qualified);
  if (element === undefined) {
    report(
      context,
      "warning",
      "traefik-service-unknown",
      referrer,
      `The service "${qualified}" of "${referrer.name}" does not exist: Traefik disables what refers to it`,
      "Correct the name, or define the service",
    );
    return undefined;
  }
  const balancer = element.fields["loadBalancer"] as Json | undefined;
  if (balancer === undefined) return compositeService(context, element, httpServices);
  const middlewares = ownMiddlewares(context, element);
  if (middlewares === undefined) return undefined;
  return loadBalancer(context, element, balancer)?.map((service) => ({ ...service, ...middlewares }));
}

/** The middlewares of a service itself, since Traefik 3.7; undefined where it would be open without one of them. */
function ownMiddlewares(context: RouteContext, element: Element): Json | undefined {
  const references = (element.fields["middlewares"] ?? []) as readonly string[];
  if (references.length === 0) return {};
  const isThere = hasField(context, element, "IngressRoute.spec.routes.services.middlewares", {
    what: `The field "middlewares" of the service "${element.name}"`,
    path: "middlewares",
    without: "what leads to it stays closed",
  });
  const names = isThere ? middlewareReferences(context, element, references) : undefined;
  return names && { middlewares: names.map((name) => ({ name })) };
}

function loadBalancer(
  context: RouteContext,
  element: Element,
  balancer: Json,
): readonly ServiceReference[] | undefined {
  reportLostFields(context, element, balancer);
  const options = balancerOptions(context, element, balancer);
  const servers = (balancer["servers"] ?? []) as readonly Json[];
  if (servers.length === 0) {
    const target = emptyService(context, element, context.names.httpServices.get(element.name) ?? "empty");
    return [{ ...target, scheme: "http", ...options }];
  }
  const transport = options["serversTransport"] as string | undefined;
  const references = servers.map((server) => serverReference(context, element, server, transport));
  if (references.some((reference) => reference === undefined)) return undefined;
  const known = references.filter((reference) => reference !== undefined);
  const all = known.map((reference) =>
    compact({
      ...reference,
      ...options,
      serversTransport: reference["serversTransport"] ?? options["serversTransport"],
    })
  );
  const cookie = (options["sticky"] as Json | undefined)?.["cookie"];
  if (all.length < 2 || cookie === undefined) return all;
  if (element.fields["middlewares"] === undefined) {
    return stickyService(context, element, all, cookie as Json);
  }
  report(
    context,
    "warning",
    "traefik-sticky-lost",
    atField(context, element, "loadbalancer.sticky"),
    `The service "${element.name}" spreads over several Services and has middlewares, so its cookie keeps clients only ` +
      "within one",
    "Name the middlewares in its routers, give the servers one compose service, or accept it",
  );
  return all;
}

function serverReference(
  context: RouteContext,
  element: Element,
  server: Json,
  transport: string | undefined,
): ServiceReference | undefined {
  const url = String(server["url"] ?? "");
  const match = /^([a-z0-9+.-]+):\/\/(\[[^\]]+\]|[^/:]+)(?::([^/]*))?(\/.*)?$/i.exec(url);
  const [, scheme = "http", host = "", portText, path = ""] = match ?? [];
  const port = Number(portText ?? (scheme === "https" ? 443 : 80));
  if (match === null || !Number.isInteger(port) || port < 1 || port > 65535) {
    report(
      context,
      "warning",
      "traefik-server-unusable",
      atField(context, element, "loadbalancer.server"),
      `The service "${element.name}" has a server without a usable address or port`,
      "Correct the port: it is the number on which the container listens",
    );
    return undefined;
  }
  if (server["preservePath"] === true && path !== "" && path !== "/") {
    report(
      context,
      "warning",
      "traefik-server-path-lost",
      atField(context, element, "loadbalancer.server.preservepath"),
      `The path of a server's URL in the service "${element.name}", which preservePath puts before a request's, has no ` +
        "field in the cluster and is lost",
      "Put it back with an addPrefix middleware",
    );
  }
  const target = serviceTarget(context, element, { host, port, protocol: "TCP" });
  if (target === undefined) return undefined;
  const serversTransport = isCheckedByName(context, element, scheme, host)
    ? transportFor(context, transport, host)
    : undefined;
  return compact({ ...target, scheme, weight: server["weight"], serversTransport });
}

/** Whether a server's certificate had the name in its URL. Those of labels have an address there, and names outside stay. */
function isCheckedByName(context: RouteContext, { servers }: Element, scheme: string, host: string): boolean {
  const isUrl = servers === undefined || servers.length === 0;
  return isUrl && scheme === "https" &&
    (context.composeService(host) !== undefined || context.neighbour(host) !== undefined);
}

function balancerOptions(context: RouteContext, element: Element, balancer: Json): Json {
  const strategy = balancer["strategy"];
  const interval = (balancer["responseForwarding"] as Json | undefined)?.["flushInterval"];
  const cookie = (balancer["sticky"] as Json | undefined)?.["cookie"];
  return compact({
    passHostHeader: balancer["passHostHeader"] ?? true,
    strategy: strategyOf(context, element, strategy),
    responseForwarding: interval === "100ms"
      ? undefined
      : interval === undefined
      ? { flushInterval: "0s" }
      : { flushInterval: wholeUnits(String(interval)) },
    sticky: cookie === undefined ? undefined : { cookie: inLowerCase(cookie as Json) },
    serversTransport: transportName(context, element, balancer["serversTransport"]),
    passiveHealthCheck: passiveCheck(context, element, balancer),
  });
}

/** Traefik takes `None`, too, and its definitions before 3.7 do not. */
function inLowerCase(cookie: Json): Json {
  const { sameSite, ...others } = cookie;
  return sameSite === undefined ? cookie : { ...others, sameSite: String(sameSite).toLowerCase() };
}

function strategyOf(context: RouteContext, element: Element, strategy: unknown): unknown {
  if (strategy === undefined || strategy === "wrr") return undefined;
  const isThere = hasField(context, element, `IngressRoute.spec.routes.services.strategy=${strategy}`, {
    what: `The strategy "${strategy}" of the service "${element.name}"`,
    path: "loadbalancer.strategy",
    without: "its servers take turns",
  });
  return isThere ? strategy : undefined;
}

function passiveCheck(context: RouteContext, element: Element, balancer: Json): Json | undefined {
  const check = balancer["passiveHealthCheck"] as Json | undefined;
  const isKept = check !== undefined &&
    hasField(context, element, "IngressRoute.spec.routes.services.passiveHealthCheck", {
      what: `The passive health check of the service "${element.name}"`,
      path: "loadbalancer.passivehealthcheck",
    });
  return isKept ? { ...check, failureWindow: wholeUnits(String(check["failureWindow"] ?? "0s")) } : undefined;
}

function transportName(context: RouteContext, element: Element, reference: unknown): string | undefined {
  if (typeof reference !== "string") return undefined;
  const qualified = qualify(reference, element);
  if (qualified.endsWith("@internal")) return qualified;
  const name = context.names.httpTransports.get(qualified);
  if (name === undefined) {
    report(
      context,
      "warning",
      "traefik-transport-unknown",
      atField(context, element, "loadbalancer.serverstransport"),
      `The serversTransport "${qualified}" of "${element.name}" does not exist: Traefik answers 500 for it`,
      "Correct the name: labels cannot define one, so it is name@file",
    );
  }
  return name;
}

function reportLostFields(context: RouteContext, element: Element, balancer: Json): void {
  const check = balancer["healthCheck"] as Json | undefined;
  const servers = (balancer["servers"] ?? []) as readonly Json[];
  if (check !== undefined) reportHealthCheck(context, element, check, servers);
  // The path of a server's URL has an effect with preservePath alone, and that without a path none (pkg/proxy/httputil).
  if (servers.length === 1 && servers[0]?.["weight"] !== undefined) {
    report(
      context,
      "info",
      "traefik-field-lost",
      atField(context, element, "loadbalancer.server.weight"),
      `The field "weight" of the one server of "${element.name}" is not carried: it weighs servers against each other`,
      "Nothing is to be done",
    );
  }
}
