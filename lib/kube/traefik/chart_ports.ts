/** Entry points as the `ports` of Traefik's chart. */
import { structField } from "../../traefik/static_configuration.ts";
import type { EntryPoints, MappedEntryPoint } from "./entry_points.ts";
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
  for (const entryPoint of entryPoints.byName.values()) {
    if (entryPoint.target === "traefik") continue;
    ports[entryPoint.target] = entryPoint.target === "web" || entryPoint.target === "websecure"
      ? ownPort(entryPoint)
      : otherPort(
        entryPoint.publicPort,
        entryPoint.protocol === "udp" ? "UDP" : "TCP",
        entryPoint.isPublished,
      );
  }
  for (const { entryPoint, hostPort, protocol } of published) {
    ports[entryPoint] ??= otherPort(hostPort, protocol, true);
  }
  return ports;
}

function ownPort(entryPoint: MappedEntryPoint): Readonly<Record<string, unknown>> {
  const http3 = structField(entryPoint.fields, "http3") === undefined
    ? {}
    : { http3: { enabled: true, advertisedPort: entryPoint.publicPort } };
  return { exposedPort: entryPoint.publicPort, ...http3 };
}

/** A port that compose does not publish is not exposed by the cluster either. */
function otherPort(
  port: number,
  protocol: "TCP" | "UDP",
  isPublished: boolean,
): Readonly<Record<string, unknown>> {
  const inside = port < 1024 ? port + 8000 : port;
  return { port: inside, expose: { default: isPublished }, exposedPort: port, protocol };
}
