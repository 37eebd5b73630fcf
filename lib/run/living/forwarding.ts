/** Traefik as a program that passes on connections and nothing else: its arguments and its file. No I/O. */
import type { HelperContainer } from "../../docker/helper_containers.ts";

/** A port, the same on both sides. */
export interface ForwardedPort {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** A port at which it listens, and the one of the other side. */
export interface Way extends ForwardedPort {
  readonly to: number;
}

const FILE = "compose-ferry.yml";

/** How it is made besides. */
export interface ForwardingOptions {
  /** A command in its container tells when it passes connections on. */
  readonly saysWhenReady?: boolean;
}

/** @param host name or address of the other side */
export function forwarding(
  host: string,
  ways: readonly Way[],
  { saysWhenReady = false }: ForwardingOptions = {},
): Pick<HelperContainer, "command" | "file" | "ready"> {
  const ping = saysWhenReady ? pingAt(freePort(ways)) : [];
  return {
    ...(saysWhenReady ? { ready: ["traefik", "healthcheck", ...ping] } : {}),
    command: [
      "traefik",
      `--providers.file.filename=/${FILE}`,
      // Its file never changes; and a machine out of inotify instances (128 for each user) would keep it from reading it.
      "--providers.file.watch=false",
      "--global.checknewversion=false",
      "--global.sendanonymoususage=false",
      ...ways.flatMap(entryPointOf),
      ...ping,
    ],
    file: { name: FILE, text: JSON.stringify(routesTo(host, ways)) },
  };
}

/**
 * Until it has read its file Traefik answers by HTTP itself, with 404. Whoever keeps that connection alive would go on
 * asking Traefik and not the other side, so it ends at once.
 */
function entryPointOf(way: Way): readonly string[] {
  const flag = `--entrypoints.${nameOf(way)}`;
  const address = `${flag}.address=:${way.port}/${way.protocol.toLowerCase()}`;
  return way.protocol === "UDP"
    ? [address]
    : [address, `${flag}.transport.respondingtimeouts.idletimeout=1ms`];
}

/** It answers once all that it was given is loaded: Traefik's own routes are the last that it takes in. */
function pingAt(port: number): readonly string[] {
  return ["--ping=true", "--ping.entrypoint=ready", `--entrypoints.ready.address=127.0.0.1:${port}`];
}

function freePort(ways: readonly Way[]): number {
  let port = 65_535;
  while (ways.some((way) => way.port === port)) port--;
  return port;
}

function nameOf({ port, protocol }: ForwardedPort): string {
  return `${protocol.toLowerCase()}${port}`;
}

/** JSON is YAML, and Traefik reads files of that ending. */
function routesTo(address: string, ways: readonly Way[]): Record<string, unknown> {
  const host = address.includes(":") ? `[${address}]` : address;
  const of = (protocol: Way["protocol"], rule: Record<string, unknown>): Record<string, unknown> => {
    const own = ways.filter((way) => way.protocol === protocol);
    if (own.length === 0) return {};
    const routers = own.map((way) => [
      nameOf(way),
      { entryPoints: [nameOf(way)], service: nameOf(way), ...rule },
    ]);
    const services = own.map((way) => [
      nameOf(way),
      { loadBalancer: { servers: [{ address: `${host}:${way.to}` }] } },
    ]);
    return {
      [protocol.toLowerCase()]: {
        routers: Object.fromEntries(routers),
        services: Object.fromEntries(services),
      },
    };
  };
  return { ...of("TCP", { rule: "HostSNI(`*`)" }), ...of("UDP", {}) };
}
