/** Routes to the container of the stack's Traefik, which is not moved: its dashboard is the cluster's Traefik's own. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Element, Routing } from "../../traefik/routing.ts";
import { booleanField, entryPointsOf, field } from "../../traefik/static_configuration.ts";
import { isLoopbackHost } from "./loopback.ts";
import { qualify } from "./references.ts";
import type { Json } from "../../values/json.ts";

/** The port of the entry point "traefik", where the stack does not write another. */
const INTERNAL_PORT = 8080;

/** Traefik's service that answers nothing: a router on it is there for what comes before a backend. */
const NO_BACKEND = "noop@internal";

/**
 * Leads routers to Traefik's API port to `api@internal`, as the API is what answers there. A router to another of its
 * ports led to Traefik itself once more. One that answers before any backend (a redirection for all hosts, which is
 * often written at Traefik's own container) or asks for certificates does so in the cluster as well; others, such as
 * the one that Traefik makes of an unlabelled container, are left out.
 */
export function withOwnService(routing: Routing): { routing: Routing; findings: readonly Diagnostic[] } {
  const { traefikService, http } = routing;
  if (traefikService === undefined) return { routing, findings: [] };
  const findings: Diagnostic[] = [];
  const routers = new Map([...http.routers].flatMap(([name, element]): [string, Element][] => {
    const port = ownPort(routing, element);
    if (port === undefined) return [[name, element]];
    if (port === apiPort(routing)) return [[name, led(element, "api@internal")]];
    const stays = worksWithoutBackend(element);
    findings.push(ownRoute(element, port, stays));
    return stays ? [[name, led(element, NO_BACKEND)]] : [];
  }));
  return { routing: { ...routing, http: { ...http, routers } }, findings };
}

function led(element: Element, service: string): Element {
  return { ...element, fields: { ...element.fields, service } };
}

/** Whether a router does something before a backend is asked: its middlewares answer, or certificates are fetched. */
function worksWithoutBackend({ fields }: Element): boolean {
  const middlewares = (fields["middlewares"] ?? []) as readonly string[];
  return middlewares.length > 0 || field(fields["tls"], "certResolver") !== undefined;
}

function ownRoute({ name, span }: Element, port: number, stays: boolean): Diagnostic {
  return {
    code: "traefik-own-route",
    severity: "info",
    message: stays
      ? `"${name}" led to port ${port} of Traefik itself: its middlewares and certificates are as before, and ` +
        `${NO_BACKEND} takes the place of the port`
      : `"${name}" led to port ${port} of Traefik itself: it has no route in the cluster`,
    ...(span === undefined ? {} : { span }),
    hint: `Nothing is to be done; for the dashboard: traefik.http.routers.NAME.service=api@internal`,
  };
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
export function apiPort(routing: Pick<Routing, "static">): number | undefined {
  return booleanField(routing.static?.fields, "api", "insecure") === true ? internalPort(routing) : undefined;
}

/** The port of the entry point "traefik": Traefik makes it for its API, ping and metrics where the stack does not. */
export function internalPort({ static: fixed }: Pick<Routing, "static">): number {
  return entryPointsOf(fixed).find(({ name }) => name === "traefik")?.port ?? INTERNAL_PORT;
}
