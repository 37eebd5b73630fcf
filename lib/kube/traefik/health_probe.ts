/** Traefik's own health checks as readiness probes: in the cluster a Service leads to pods that are ready. */
import type { Service } from "../../../compose/project.ts";
import { parseDuration } from "../../traefik/duration.ts";
import type { Element, Routing } from "../../traefik/routing.ts";
import { type Json } from "../../values/json.ts";
import { oncePer } from "../../values/once_per.ts";

/** Fields of a health check that a probe does not have. */
const withoutCounterpart = ["method", "status", "unhealthyInterval", "send", "expect"];

/** The fields of a health check that are lost in a probe. */
export function lostInProbe(check: Json): string[] {
  const lost = withoutCounterpart.filter((name) => check[name] !== undefined);
  return check["followRedirects"] === false ? [...lost, "followRedirects"] : lost;
}

/** Whether a compose service says itself how its health is checked: that goes before Traefik's way. */
export function hasOwnHealthcheck(service: Service | undefined): boolean {
  const [form = "NONE"] = service?.healthcheck?.test ?? [];
  return service?.healthcheck?.disable === true || form !== "NONE";
}

/** The readiness probe of a compose service by the first health check of the Traefik services that lead to it. */
export function probeFromRouting(routing: Routing, service: string): Json | undefined {
  return probesFromRouting(routing).get(service);
}

const probesFromRouting = oncePer((routing: Routing): ReadonlyMap<string, Json> => {
  const probes = new Map<string, Json>();
  for (const protocol of ["http", "tcp"] as const) {
    for (const element of routing[protocol].services.values()) {
      const balancer = element.fields["loadBalancer"] as Json | undefined;
      const check = balancer?.["healthCheck"] as Json | undefined;
      if (check === undefined) continue;
      for (const { service, port } of element.servers ?? []) {
        if (probes.has(service)) continue;
        probes.set(service, { ...handler(protocol, element, check, port), ...timing(check) });
      }
    }
  }
  return probes;
});

function handler(protocol: "http" | "tcp", element: Element, check: Json, serverPort: number): Json {
  const port = check["port"] ?? serverPort;
  if (protocol === "tcp") return { tcpSocket: { port } };
  if (check["mode"] === "grpc") return { grpc: { port } };
  const [server] = ((element.fields["loadBalancer"] as Json)["servers"] ?? []) as readonly { url?: string }[];
  const scheme = String(check["scheme"] ?? server?.url?.split(":")[0] ?? "http");
  const headers = Object.entries((check["headers"] ?? {}) as Readonly<Record<string, string>>);
  if (typeof check["hostname"] === "string") headers.push(["Host", check["hostname"]]);
  return {
    httpGet: {
      path: check["path"] ?? "/",
      port,
      scheme: scheme === "https" ? "HTTPS" : "HTTP",
      ...(headers.length === 0 ? {} : { httpHeaders: headers.map(([name, value]) => ({ name, value })) }),
    },
  };
}

/** Traefik takes a server out at the first failure and back at the first success. */
function timing(check: Json): Json {
  const period = seconds(check["interval"], 30);
  return { periodSeconds: period, timeoutSeconds: seconds(check["timeout"], 5), failureThreshold: 1 };
}

function seconds(text: unknown, fallback: number): number {
  const nanoseconds = typeof text === "string" ? parseDuration(text) : undefined;
  return nanoseconds === undefined ? fallback : Math.max(1, Math.ceil(Number(nanoseconds) / 1e9));
}
