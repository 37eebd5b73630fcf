/** What is said of Traefik's own health checks, which no object of the cluster can have. */
import type { Element } from "../../traefik/routing.ts";
import { report, type RouteContext } from "./context.ts";
import { atField } from "./field_place.ts";
import { hasOwnHealthcheck, lostInProbe } from "./health_probe.ts";
import { isLoopbackHost } from "./loopback.ts";

/** Says what takes the place of Traefik's health check of a service with these servers, and what is lost by it. */
export function reportHealthCheck(
  context: RouteContext,
  element: Element,
  check: Readonly<Record<string, unknown>>,
  servers: readonly Readonly<Record<string, unknown>>[],
): void {
  if (servers.some((server) => isOutside(context, server))) return reportUnchecked(context, element);
  const own = element.services.filter((service) => hasOwnHealthcheck(context.project.services[service]));
  const lost = lostInProbe(check).map((name) => `"${name}"`);
  const place = own.length > 0
    ? "the healthcheck of its compose service takes its place"
    : element.services.length > 0
    ? "it becomes the readiness probe of its pods"
    : "the readiness of its pods takes its place";
  report(
    context,
    "warning",
    "traefik-healthcheck-replaced",
    atField(context, element, "loadbalancer.healthcheck"),
    `Traefik's health check of the service "${element.name}" is not Traefik's work in the cluster: ${place}` +
      (lost.length === 0 ? "" : `, without ${lost.join(", ")}`),
    "Give the compose service a healthcheck where this is not enough: it becomes its probe",
  );
}

/** No pod is behind such a server, so nothing looks at it. */
function reportUnchecked(context: RouteContext, element: Element): void {
  report(
    context,
    "warning",
    "traefik-healthcheck-replaced",
    atField(context, element, "loadbalancer.healthcheck"),
    `Traefik's health check of the service "${element.name}" is lost for its servers outside the cluster: one that ` +
      "does not answer still gets its share of the requests",
    "Give its routers a retry middleware, which asks another server, or take a server out while it is down",
  );
}

/** Whether a server, by its `url` or `address`, is no service of this project or of another. */
function isOutside(context: RouteContext, { url, address }: Readonly<Record<string, unknown>>): boolean {
  const host = /^(?:[a-z0-9+.-]+:\/\/)?(\[[^\]]*\]|[^/:]+)/i.exec(String(url ?? address ?? ""))?.[1] ?? "";
  return host !== "" && !isLoopbackHost(host) && context.composeService(host) === undefined &&
    context.neighbour(host) === undefined;
}
