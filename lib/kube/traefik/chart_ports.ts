/** Entry points as the `ports` of Traefik's chart. */
import { record } from "../../values/json.ts";
import { textField } from "../../traefik/static_configuration.ts";
import { type EntryPoints, type MappedEntryPoint, offersHttp3, toldPort } from "./entry_points.ts";
import type { PublishedPort } from "./published_ports.ts";

/**
 * The ports: `web` and `websecure` are the chart's own. TLS is left to the arguments: chart 39 moved it from `tls` to
 * `http.tls`, and from chart 38 on the schema refuses whatever else than its own stands in a port.
 */
export function entryPointPorts(
  entryPoints: EntryPoints,
  published: readonly PublishedPort[],
): Readonly<Record<string, unknown>> {
  const ports: Record<string, unknown> = {};
  const taken = new Set(CHART_PORTS);
  for (const entryPoint of entryPoints.byName.values()) {
    if (entryPoint.target === "traefik") continue;
    ports[entryPoint.target] = entryPoint.target === "web" || entryPoint.target === "websecure"
      ? ownPort(entryPoint)
      : otherPort(
        entryPoint.publicPort,
        entryPoint.protocol === "udp" ? "UDP" : "TCP",
        entryPoint.isPublished,
        taken,
      );
  }
  for (const { entryPoint, hostPort, protocol } of published) {
    if (entryPoint === "web" || entryPoint === "websecure") continue;
    ports[entryPoint] ??= otherPort(hostPort, protocol, true, taken);
  }
  return ports;
}

/** Where Traefik's pod listens for an entry point of the stack, by its port there; undefined where none has it. */
export function innerPort(
  { byName }: EntryPoints,
  values: Readonly<Record<string, unknown>>,
  port: number,
): number | undefined {
  const found = [...byName.values()].find((each) => each.port === port);
  if (found === undefined) return undefined;
  return podPort(record(values["ports"]) ?? {}, found.target);
}

/** Where Traefik's pod listens for an entry point, by its name in the cluster. */
export function podPort(ports: Readonly<Record<string, unknown>>, target: string): number | undefined {
  const port = record(ports[target])?.["port"];
  return typeof port === "number" ? port : OWN_PORTS[target];
}

/** The chart's ports that keep their place. */
const OWN_PORTS: Readonly<Record<string, number>> = { web: 8000, websecure: 8443, traefik: 8080 };

function ownPort(entryPoint: MappedEntryPoint): Readonly<Record<string, unknown>> {
  return {
    exposedPort: entryPoint.publicPort,
    ...(entryPoint.isLoopback ? { expose: { default: false } } : {}),
    ...http3Port(entryPoint),
  };
}

/**
 * The chart's port for HTTP/3, on the one entry point that has TLS in the chart itself: on another the chart refuses it,
 * and Traefik listens by the arguments alone. Where the stack does not say which port browsers are told, it is the public
 * one.
 */
function http3Port(entryPoint: MappedEntryPoint): Readonly<Record<string, unknown>> {
  if (entryPoint.target !== "websecure" || !offersHttp3(entryPoint)) return {};
  const advertised = Number(textField(entryPoint.fields, "http3", "advertisedPort"));
  return { http3: { enabled: true, advertisedPort: advertised > 0 ? advertised : toldPort(entryPoint) } };
}

/** A port that compose does not publish is not exposed by the cluster either. */
function otherPort(
  port: number,
  protocol: "TCP" | "UDP",
  isPublished: boolean,
  taken: Set<number>,
): Readonly<Record<string, unknown>> {
  return { port: freePort(port, taken), expose: { default: isPublished }, exposedPort: port, protocol };
}

/** Where the chart's own entry points listen inside the pod: web, websecure, traefik (of any version) and metrics. */
const CHART_PORTS = [8000, 8443, 8080, 9000, 9100];
/** Below this a program needs rights that Traefik's has not. */
const FIRST_FREE = 1024;
const STEP = 10_000;
const LAST = 65_535;

/** The port inside the pod, which no other entry point listens on: the same number where that can be. */
function freePort(port: number, taken: Set<number>): number {
  let inner = port < FIRST_FREE ? port + 8000 : port;
  while (taken.has(inner)) inner = inner + STEP > LAST ? (inner % STEP) + FIRST_FREE + 1 : inner + STEP;
  taken.add(inner);
  return inner;
}
