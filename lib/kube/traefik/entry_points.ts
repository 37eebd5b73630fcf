/** The stack's entry points and the names they have in the cluster. */
import type { Port, Project, Service } from "../../../compose/project.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Element, Fields, Routing } from "../../traefik/routing.ts";
import {
  booleanField,
  defaultEntryPoints,
  type EntryPoint,
  entryPointsOf,
  structField,
  textField,
} from "../../traefik/static_configuration.ts";
import { isLoopback } from "../../stack/network/host_address.ts";
import { portHolder } from "../../stack/network/port_holder.ts";
import { label } from "../../stack/names.ts";
import type { TraefikDecisions } from "../../decisions/traefik.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

/** Of a container's port, by which Services lead to it (RFC 6335). */
const LONGEST_PORT_NAME = 15;

/** An entry point as the stack wrote it, with what the cluster makes of it. */
export interface MappedEntryPoint extends EntryPoint {
  /** Its name in the cluster. */
  readonly target: string;
  /** The port on which the world reaches it; its own where the stack does not publish it. */
  readonly publicPort: number;
  /** Every port of the host that leads to it, the one above among them; none where none is published for all. */
  readonly hostPorts: readonly number[];
  /** Ports of the host that lead to its HTTP/3, which is UDP. */
  readonly http3Ports: readonly number[];
  /** Whether the world reaches it at all. */
  readonly isPublished: boolean;
  /** Whether only programs of the machine itself reached it. */
  readonly isLoopback: boolean;
  /** Whether every router on it is served by TLS, there as here or by decision. */
  readonly hasTls: boolean;
  /** The resolver for routers without one of their own. */
  readonly certResolver?: string;
  readonly decided: boolean;
}

export interface EntryPoints {
  readonly byName: ReadonlyMap<string, MappedEntryPoint>;
  /** The names, as the stack has them, for routers that name none. */
  readonly defaults: readonly string[];
}

/** Maps entry points: public port 80 is `web`, 443 is `websecure`, others keep their name, or as decided. */
export function mapEntryPoints(routing: Routing, decisions: TraefikDecisions, project: Project): EntryPoints {
  const written = entryPointsOf(routing.static);
  const taken = new Set<string>();
  const { elsewhere } = routing;
  const service = elsewhere === undefined
    ? project.services[routing.traefikService ?? ""]
    : elsewhere.project.services[elsewhere.service];
  const routed = routedNames(routing);
  const byName = new Map(
    written.map((entryPoint) => {
      const published = publicPortOf(project, service, entryPoint);
      const isOwn = entryPoint.name === INTERNAL && published !== undefined && routed.has(INTERNAL);
      return [entryPoint.name, mapOne(entryPoint, published, decisions, taken, isOwn ? OWN : undefined)];
    }),
  );
  return { byName, defaults: defaultEntryPoints(written) };
}

/** The entry point that each Traefik has for its API, ping and metrics; nobody outside of the cluster reaches the chart's. */
const INTERNAL = "traefik";
/** That of the stack, where it has routers of its own on it and its port is published. */
const OWN = "own-traefik";

/** The entry points that routers name. */
function routedNames({ http, tcp, udp }: Routing): ReadonlySet<string> {
  const routers = [http, tcp, udp].flatMap((section) => [...section.routers.values()]);
  return new Set(routers.flatMap(({ fields }) => (fields["entryPoints"] ?? []) as readonly string[]));
}

/** How the world reaches an entry point. */
interface PublicPort {
  readonly port: number;
  readonly hostPorts: readonly number[];
  readonly http3Ports: readonly number[];
  /** Only programs of the machine itself reach it. */
  readonly isLoopback: boolean;
}

/** The host ports that compose publishes for an entry point; with the host's network each is its own. */
function publicPortOf(
  project: Project,
  service: Service | undefined,
  entryPoint: EntryPoint,
): PublicPort | undefined {
  const { port, protocol } = entryPoint;
  const hasHttp3 = protocol === "tcp" && offersHttp3(entryPoint);
  const holder = service && portHolder(project, service);
  if (holder === undefined || holder.network_mode === "host") {
    return { port, hostPorts: [port], http3Ports: hasHttp3 ? [port] : [], isLoopback: false };
  }
  const all = portsTo(holder, port, protocol);
  const open = hostPortsOf(all.filter(({ host_ip }) => !isLoopback(host_ip)));
  const http3 = hasHttp3 ? portsTo(holder, port, "udp").filter(({ host_ip }) => !isLoopback(host_ip)) : [];
  const found = [80, 443, port].find((usual) => open.includes(usual)) ?? open[0] ?? hostPortsOf(all)[0];
  if (found === undefined) return undefined;
  return { port: found, hostPorts: open, http3Ports: hostPortsOf(http3), isLoopback: open.length === 0 };
}

function portsTo(service: Service, target: number, protocol: "tcp" | "udp"): readonly Port[] {
  return service.ports?.filter((each) => each.target === target && (each.protocol ?? "tcp") === protocol) ??
    [];
}

/** Each once, whether it is written for IPv4 and for IPv6 or for both; an unnumbered one is that of the container. */
function hostPortsOf(ports: readonly Port[]): readonly number[] {
  return [
    ...new Set(ports.map(({ published, target }) => Number(published) > 0 ? Number(published) : target)),
  ];
}

/**
 * The port that clients are told of an entry point. Traefik takes that of its address (pkg/provider/traefik,
 * `getRedirectPort`; pkg/server, `advertisedPort`), which is right behind a router that leads 443 to some port of the
 * machine; the usual one is taken where the machine has it itself.
 */
export function toldPort({ publicPort, port }: MappedEntryPoint): number {
  return publicPort === 80 || publicPort === 443 ? publicPort : port;
}

/** Whether HTTP/3 is served on it, on UDP beside TCP. */
export function offersHttp3({ fields }: EntryPoint): boolean {
  return structField(fields, "http3") !== undefined;
}

function mapOne(
  entryPoint: EntryPoint,
  published: PublicPort | undefined,
  decisions: TraefikDecisions,
  taken: Set<string>,
  ownName: string | undefined,
): MappedEntryPoint {
  const decision = decisions.entryPoints[entryPoint.name];
  const publicPort = published?.port ?? entryPoint.port;
  const wanted = decision?.name ?? ownName ?? usualName(entryPoint, publicPort);
  let target = wanted;
  for (let number = 2; taken.has(target); number++) target = `${wanted.slice(0, 13)}${number}`;
  taken.add(target);
  const certResolver = decisions.acme
    ? decision?.certResolver ?? textField(entryPoint.tls, "certResolver")
    : undefined;
  return {
    ...entryPoint,
    target,
    publicPort,
    hostPorts: published?.hostPorts ?? [],
    http3Ports: published?.http3Ports ?? [],
    isPublished: published !== undefined && !published.isLoopback,
    isLoopback: published?.isLoopback === true,
    hasTls: decision?.tls ?? (decision?.certResolver !== undefined || entryPoint.tls !== undefined),
    ...(certResolver === undefined ? {} : { certResolver }),
    decided: decision?.tls !== undefined || decision?.certResolver !== undefined,
  };
}

/** 80 is `web` and 443 `websecure`, as the chart has them. */
function usualName({ name, protocol }: EntryPoint, publicPort: number): string {
  if (protocol === "tcp" && publicPort === 80) return "web";
  if (protocol === "tcp" && publicPort === 443) return "websecure";
  const plain = label(name, LONGEST_PORT_NAME);
  // One of digits alone would be taken for a number.
  return /[a-z]/.test(plain) ? plain : label(`port-${plain}`, LONGEST_PORT_NAME);
}

/** The entry points of a router, and those it names that do not exist. */
export function entryPointsOfRouter(
  entryPoints: EntryPoints,
  names: readonly string[],
): { readonly known: readonly MappedEntryPoint[]; readonly unknown: readonly string[] } {
  const wanted = names.length === 0 ? entryPoints.defaults : names;
  const known = wanted.flatMap((name) => entryPoints.byName.get(name) ?? []);
  return { known, unknown: wanted.filter((name) => !entryPoints.byName.has(name)) };
}

/**
 * Asks about an entry point on port 443 without TLS: routers on it without TLS of their own serve plain HTTP
 * there, which is seldom meant.
 */
export function askAboutPlainHttp(entryPoints: EntryPoints, routers: Iterable<Element>): Diagnostic[] {
  const all = [...routers];
  return [...entryPoints.byName.values()]
    .filter((entryPoint) => entryPoint.publicPort === 443 && !entryPoint.hasTls && !entryPoint.decided)
    .flatMap((entryPoint): Diagnostic[] => {
      const plain = all.filter(({ fields }) =>
        fields["tls"] === undefined && fields["parentRefs"] === undefined &&
        isOn(entryPoints, fields, entryPoint)
      );
      const [first] = plain;
      if (first === undefined) return [];
      return [{
        code: "traefik-plain-http",
        severity: "question",
        message: `The entry point "${entryPoint.name}" has no TLS, so ${
          plain.length === 1
            ? "1 router without TLS of its own serves"
            : `${plain.length} routers without TLS of their own serve`
        } ` +
          `plain HTTP on port ${entryPoint.publicPort}: it stays so in the cluster`,
        ...(first.span === undefined ? {} : { span: first.span }),
        hint: `Add to decisions.yaml: traefik: { entryPoints: { ${
          yamlWord(entryPoint.name)
        }: { tls: true } } }, or tls: false to keep it`,
        related: plain.slice(1).flatMap(({ name, span }) =>
          span === undefined ? [] : [{ message: `"${name}" as well`, span }]
        ),
      }];
    });
}

function isOn(entryPoints: EntryPoints, fields: Fields, entryPoint: EntryPoint): boolean {
  const names = (fields["entryPoints"] ?? []) as readonly string[];
  return entryPointsOfRouter(entryPoints, names).known.some(({ name }) => name === entryPoint.name);
}

/** Whether `http.encodeQuerySemicolons` is set for it. */
export function encodesSemicolons(entryPoint: EntryPoint): boolean | undefined {
  return booleanField(entryPoint.fields, "http", "encodeQuerySemicolons");
}
