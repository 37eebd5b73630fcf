/** Routes to the container of the stack's Traefik, which is not moved: its dashboard is the cluster's Traefik's own. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Element, Routing } from "../../traefik/routing.ts";
import { booleanField, entryPointsOf } from "../../traefik/static_configuration.ts";
import { isLoopbackHost } from "./loopback.ts";
import { qualify } from "./references.ts";
import type { Json } from "../../values/json.ts";

/** Traefik's own port for `api.insecure`, where no entry point "traefik" says another. */
const API_PORT = 8080;

/**
 * Leads routers to Traefik's API port to `api@internal`, as the API is what answers there, and leaves out those to its
 * other ports: they led to Traefik itself once more, such as the one that it makes of an unlabelled container.
 */
export function withOwnService(routing: Routing): { routing: Routing; findings: readonly Diagnostic[] } {
  const { traefikService, http } = routing;
  if (traefikService === undefined) return { routing, findings: [] };
  const findings: Diagnostic[] = [];
  const routers = new Map([...http.routers].flatMap(([name, element]): [string, Element][] => {
    const port = ownPort(routing, element);
    if (port === undefined) return [[name, element]];
    if (port === apiPort(routing)) {
      return [[name, { ...element, fields: { ...element.fields, service: "api@internal" } }]];
    }
    findings.push({
      code: "traefik-own-route",
      severity: "info",
      message: `"${name}" led to port ${port} of Traefik itself: it has no route in the cluster`,
      ...(element.span === undefined ? {} : { span: element.span }),
      hint: `Nothing is to be done; for the dashboard: traefik.http.routers.NAME.service=api@internal`,
    });
    return [];
  }));
  return { routing: { ...routing, http: { ...http, routers } }, findings };
}

/**
 * The port of Traefik's container that a router leads to; undefined where it leads elsewhere. A server of its labels has
 * its name; one of a file may say loopback, where Traefik answers on its entry points and its API's port.
 */
function ownPort(routing: Routing, router: Element): number | undefined {
  const service = routing.http.services.get(qualify(String(router.fields["service"] ?? ""), router));
  const servers =
    ((service?.fields["loadBalancer"] as Json | undefined)?.["servers"] ?? []) as readonly Json[];
  const [, host = "", digits] =
    /^[a-z0-9+.-]+:\/\/(\[[^\]]*\]|[^/:]*):(\d+)\/?$/i.exec(String(servers[0]?.["url"] ?? "")) ??
      [];
  if (servers.length !== 1 || digits === undefined) return undefined;
  const port = Number(digits);
  if (host === routing.traefikService && service?.services.includes(host) === true) return port;
  const ports = [apiPort(routing), ...entryPointsOf(routing.static).map((entryPoint) => entryPoint.port)];
  return isLoopbackHost(host.replace(/^\[|\]$/g, "")) && ports.includes(port) ? port : undefined;
}

/** The port on which `api.insecure` serves the API and the dashboard; undefined where it does not. */
export function apiPort({ static: fixed }: Routing): number | undefined {
  if (booleanField(fixed?.fields, "api", "insecure") !== true) return undefined;
  return entryPointsOf(fixed).find(({ name }) => name === "traefik")?.port ?? API_PORT;
}
