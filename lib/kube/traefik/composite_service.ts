/** Services that are more than a load balancer, as TraefikServices. */
import type { Element, Fields } from "../../traefik/routing.ts";
import { hasField } from "./newer_fields.ts";
import { serviceLabel } from "../../stack/names.ts";
import { qualify } from "./references.ts";
import {
  compact,
  report,
  type RouteContext,
  type ServiceReference,
  share,
  traefikObject,
} from "./context.ts";
import { type Json } from "../../values/json.ts";

/** Converts the service that an element refers to. */
type Resolve = (
  context: RouteContext,
  reference: string,
  referrer: Element,
) => readonly ServiceReference[] | undefined;

/** Converts a weighted, mirroring or highestRandomWeight service; the parts are resolved by the caller's function. */
export function compositeService(
  context: RouteContext,
  element: Element,
  resolve: Resolve,
): readonly ServiceReference[] | undefined {
  const name = context.names.httpServices.get(element.name) ?? "service";
  if (element.fields["middlewares"] !== undefined) {
    report(
      context,
      "error",
      "traefik-service-unusable",
      element,
      `The service "${element.name}" has middlewares, which a TraefikService has no field for: it would be open`,
      "Name them in the routers that lead to it",
    );
    return undefined;
  }
  const spec = compositeSpec(context, element, resolve);
  if (spec === undefined) return undefined;
  share(context, traefikObject(context, "TraefikService", name, spec), element.span);
  return [{ kind: "TraefikService", name }];
}

function compositeSpec(context: RouteContext, element: Element, resolve: Resolve): Json | undefined {
  const { weighted, mirroring, highestRandomWeight, failover } = element.fields as Record<
    string,
    Fields | undefined
  >;
  const lost = [weighted, mirroring, highestRandomWeight, failover].find((fields) =>
    fields?.["healthCheck"] !== undefined
  );
  if (lost !== undefined) {
    report(
      context,
      "warning",
      "traefik-field-lost",
      element,
      `The health check of the service "${element.name}" has no field in the cluster and is lost`,
      "Readiness of pods keeps broken ones out of each Service",
    );
  }
  if (weighted !== undefined) {
    const services = children(context, element, weighted["services"], resolve);
    return services && { weighted: compact({ services, sticky: weighted["sticky"] }) };
  }
  if (highestRandomWeight !== undefined) {
    const services = children(context, element, highestRandomWeight["services"], resolve);
    return services && { highestRandomWeight: { services } };
  }
  if (mirroring !== undefined) return mirroringSpec(context, element, mirroring, resolve);
  const byErrors = failover?.["errors"] === undefined ? undefined : failover;
  if (byErrors !== undefined) return failoverSpec(context, element, byErrors, resolve);
  const reason = failover === undefined
    ? "has no kind"
    : "is a failover by health, which the cluster's objects cannot say";
  report(
    context,
    "error",
    "traefik-service-unusable",
    element,
    `The service "${element.name}" ${reason}`,
    failover === undefined
      ? "Define it as loadBalancer, weighted or mirroring"
      : "Define it as loadBalancer, weighted or mirroring, or as a failover by errors, which Traefik 3.7 has",
  );
  return undefined;
}

/** A failover by the status of answers: the one that the cluster's objects can say, since Traefik 3.7. */
function failoverSpec(
  context: RouteContext,
  element: Element,
  failover: Fields,
  resolve: Resolve,
): Json | undefined {
  const isThere = hasField(context, element, "TraefikService.spec.failover", {
    what: `The failover of the service "${element.name}"`,
    path: "failover",
    without: "what leads to it stays closed",
  });
  if (!isThere) return undefined;
  const service = part(resolve, context, String(failover["service"] ?? ""), element);
  const fallback = part(resolve, context, String(failover["fallback"] ?? ""), element);
  if (service === undefined || fallback === undefined) return undefined;
  return { failover: { service, fallback, errors: failover["errors"] } };
}

function children(
  context: RouteContext,
  element: Element,
  list: unknown,
  resolve: Resolve,
): readonly ServiceReference[] | undefined {
  const entries = (list ?? []) as readonly { name?: string; weight?: number }[];
  const converted = entries.map(({ name = "", weight }) => {
    const service = part(resolve, context, name, element);
    return service && compact({ ...service, weight: weight ?? 1 });
  });
  const known = converted.filter((service) => service !== undefined);
  return known.length === converted.length ? known : undefined;
}

function mirroringSpec(
  context: RouteContext,
  element: Element,
  mirroring: Fields,
  resolve: Resolve,
): Json | undefined {
  const main = part(resolve, context, String(mirroring["service"] ?? ""), element);
  if (main === undefined) return undefined;
  const entries = (mirroring["mirrors"] ?? []) as readonly { name?: string; percent?: number }[];
  const mirrors = entries.map(({ name = "", percent }) => {
    const service = part(resolve, context, name, element);
    return service && compact({ ...service, percent });
  });
  if (mirrors.some((mirror) => mirror === undefined)) return undefined;
  return {
    mirroring: compact({
      ...main,
      mirrors,
      mirrorBody: mirroring["mirrorBody"],
      maxBodySize: mirroring["maxBodySize"],
    }),
  };
}

/**
 * Resolves one part to one reference: what spreads over several Services is a TraefikService of its own, so that its
 * servers share what the whole gives to it.
 */
function part(
  resolve: Resolve,
  context: RouteContext,
  reference: string,
  element: Element,
): ServiceReference | undefined {
  const services = resolve(context, reference, element);
  for (const service of services ?? []) keepOptions(context, element, reference, service);
  if (services === undefined || services.length < 2) return services?.[0];
  const qualified = qualify(reference, element);
  const name = context.names.httpServices.get(qualified) ?? "service";
  const weighted = services.map((service) => compact({ ...service, weight: service["weight"] ?? 1 }));
  const span = context.routing.http.services.get(qualified)?.span ?? element.span;
  share(context, traefikObject(context, "TraefikService", name, { weighted: { services: weighted } }), span);
  return { kind: "TraefikService", name };
}

/**
 * Servers behind several Services, of which a cookie keeps a client to one: the cookie is the whole's. A Service with
 * several pods has one of its own besides, by another name where the stack gives it one.
 */
export function stickyService(
  context: RouteContext,
  element: Element,
  services: readonly ServiceReference[],
  cookie: Json,
): readonly ServiceReference[] {
  const name = context.names.httpServices.get(element.name) ?? "service";
  const parts = services.map((service) => {
    const { sticky: _, ...plain } = service;
    const inner = cookie["name"] === undefined ? cookie : { ...cookie, name: `${cookie["name"]}-pod` };
    const hasPods = hasSeveralPods(context, String(service["name"]));
    return compact({
      ...plain,
      sticky: hasPods ? { cookie: inner } : undefined,
      weight: service["weight"] ?? 1,
    });
  });
  for (const service of parts) keepOptions(context, element, element.name, service);
  const spec = { weighted: { services: parts, sticky: { cookie } } };
  share(context, traefikObject(context, "TraefikService", name, spec), element.span);
  return [{ kind: "TraefikService", name }];
}

/** By the compose file; what a Service stands for that is none of the stack's has one address. */
function hasSeveralPods({ project }: RouteContext, name: string): boolean {
  const service = Object.values(project.services).find((each) => serviceLabel(each.name) === name);
  return (service?.deploy?.replicas ?? service?.scale ?? 1) > 1;
}

/**
 * In a TraefikService Traefik names a backend by its Service and port alone (pkg/provider/kubernetes/crd,
 * fullServiceName): of two that differ in their options, one set wins for both.
 */
function keepOptions(
  context: RouteContext,
  element: Element,
  reference: string,
  { kind, name, port, weight: _, ...options }: ServiceReference,
): void {
  if (kind !== undefined) return;
  const key = `${name}:${port}`;
  const text = JSON.stringify(options);
  const earlier = context.backendOptions.get(key);
  context.backendOptions.set(key, earlier ?? text);
  if (earlier === undefined || earlier === text) return;
  report(
    context,
    "warning",
    "traefik-field-lost",
    element,
    `The options of "${reference}" in the service "${element.name}" differ from those of another service for the ` +
      `same backend: Traefik applies one set to both`,
    "Give both the same options",
  );
}
