/** The ports on which a container is reached, each with the evidence for it. */
import type { Project, Service } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { decided, type ImageLookup, imageOf, type StackInput } from "./context.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { imageDecision } from "./image_decision.ts";
import { jobPorts } from "./job_ports.ts";
import { imageRepository, knownImage } from "./known_images.ts";
import { words } from "./network/host_mentions.ts";
import { argumentPorts, type OwnPort, ownPorts } from "./network/own_ports.ts";
import { type HostReference, portOf, referencesTo } from "./network/references.ts";

export type Protocol = "TCP" | "UDP" | "SCTP";

/** Why a port is there. */
export interface PortEvidence {
  readonly kind:
    | "ports"
    | "expose"
    | "image"
    | "decision"
    | "route"
    | "reference"
    | "own"
    /** An option of its command, which may be of another program's port. */
    | "argument"
    /** What nodes of its kind call each other on. */
    | "cluster";
  readonly span?: Span;
  /** In words, for findings: `EXPOSE of image "nginx"`, `MQ_PORT of "faf-league-service"`. */
  readonly text: string;
}

/** A container port. */
export interface ServicePort {
  readonly port: number;
  readonly protocol: Protocol;
  readonly appProtocol?: string;
  readonly evidence: readonly PortEvidence[];
}

/**
 * Whether a program is known to listen there. The others are opened, as somebody may call them, but where another is
 * known nothing waits for them alone or chooses them.
 */
export function isKnownPort({ evidence }: ServicePort): boolean {
  return evidence.some(({ kind }) => kind !== "argument" && kind !== "cluster");
}

/** A port that something else than compose needs, such as a route. */
export interface RequiredPort {
  readonly service: string;
  readonly port: number;
  readonly protocol?: Protocol;
  readonly span?: Span;
}

/**
 * The ports of a container as Traefik's docker provider sees them: `ports`, `expose` and the image's EXPOSE
 * (told by an engine, by decision or by the table of known images), ascending, whatever the protocol.
 */
export function exposedPorts(
  project: Project,
  images: ImageLookup,
  decisions: Decisions,
): (service: string) => readonly number[] {
  return (name) => {
    const service = project.services[name];
    if (service === undefined) return [];
    const ports = new Set([
      ...declaredPorts(project, service).map(({ port }) => port),
      ...imagePorts(service, images, decisions, "exposed").map(({ port }) => port),
      ...(decided(decisions, name).ports ?? []).map((port) => parsePort(port).port),
    ]);
    return [...ports].sort((left, right) => left - right);
  };
}

/** Whether a service's image may expose ports that nobody has told: no engine, no decision and no table knows it. */
export function mayExposeMore(
  project: Project,
  images: ImageLookup,
  decisions: Decisions,
): (service: string) => boolean {
  return (name) => {
    const service = project.services[name];
    const image = service === undefined ? undefined : imageOf(decisions, service);
    if (image === undefined || decided(decisions, name).ports !== undefined) return false;
    return imageDecision(decisions, image)?.ports === undefined && images(image) === undefined &&
      knownImage(image) === undefined;
  };
}

/** The ports of every service, from all evidence, ascending, TCP before UDP. */
export function servicePorts(
  { project, decisions, images }: StackInput,
  references: readonly HostReference[],
  required: readonly RequiredPort[],
): ReadonlyMap<string, readonly ServicePort[]> {
  const asked = Map.groupBy(required, ({ service }) => service);
  const to = referencesTo(references);
  return new Map(
    Object.values(project.services).map((service) => [
      service.name,
      portsOf([
        ...declaredPorts(project, service),
        ...decidedPorts(decisions, service.name),
        ...askedPorts(decisions, service.name),
        ...(asked.get(service.name) ?? []).map(routePort),
        ...(to.get(service.name) ?? []).filter(isExact).flatMap(referencePort),
        ...imagePorts(service, images, decisions, "listens"),
        ...selfNamedPorts("own", ownPorts(project, service)),
      ], [
        ...selfNamedPorts("argument", argumentPorts(project, service)),
        ...clusterPorts({ project, decisions }, service, to.get(service.name) ?? []),
      ], to.get(service.name) ?? []),
    ]),
  );
}

/** A port of its own, or that of a scheme that no other program speaks: what speaks HTTP may do so on any port. */
function isExact({ port, scheme }: HostReference): boolean {
  return port !== undefined || (scheme !== undefined && !/^(https?|wss?)$/.test(scheme));
}

/**
 * A URL without a port means its scheme's, but only of a service that is known to listen on no other. `further` ports open
 * what would be closed beside those that are known: where none is, the names lead to every port already.
 */
function portsOf(
  strong: readonly ServicePort[],
  further: readonly ServicePort[],
  references: readonly HostReference[],
): readonly ServicePort[] {
  if (strong.length > 0) return mergePorts([...strong, ...further]);
  return mergePorts(references.flatMap(referencePort));
}

/** `8011` or `"3478/udp"`. */
export function parsePort(text: string | number): { port: number; protocol: Protocol } {
  const [port = "", protocol = "tcp"] = String(text).split("/");
  return { port: Number(port), protocol: protocolOf(protocol) };
}

/** A protocol in Kubernetes' spelling; TCP where nothing is said. */
export function protocolOf(text: string | undefined): Protocol {
  const upper = (text ?? "tcp").toUpperCase();
  return upper === "UDP" || upper === "SCTP" ? upper : "TCP";
}

function declaredPorts(project: Project, service: Service): ServicePort[] {
  const root = ["services", service.name];
  const published = (service.ports ?? []).map((port, index): ServicePort => ({
    port: port.target,
    protocol: protocolOf(port.protocol),
    ...(port.app_protocol === undefined ? {} : { appProtocol: port.app_protocol }),
    evidence: [evidence("ports", "ports", project.span([...root, "ports", index]))],
  }));
  const exposed = (service.expose ?? []).flatMap((text, index) =>
    expandPorts(text).map((port): ServicePort => ({
      ...port,
      evidence: [evidence("expose", "expose", project.span([...root, "expose", index]))],
    }))
  );
  return [...published, ...exposed];
}

/** `81/udp`, `90-92`. */
export function expandPorts(text: string): { port: number; protocol: Protocol }[] {
  const [range = "", protocol] = text.split("/");
  const [from = "", to = from] = range.split("-");
  const first = Number(from);
  const last = Number(to);
  if (!Number.isInteger(first) || !Number.isInteger(last) || last < first || last > 65535) return [];
  return Array.from({ length: last - first + 1 }, (_, offset) => ({
    port: first + offset,
    protocol: protocolOf(protocol),
  }));
}

function decidedPorts(decisions: Decisions, service: string): ServicePort[] {
  return (decided(decisions, service).ports ?? []).map((port, index) => ({
    ...parsePort(port),
    evidence: [
      evidence("decision", "decisions.yaml", decisions.span(["services", service, "ports", index])),
    ],
  }));
}

function askedPorts(decisions: Decisions, service: string): ServicePort[] {
  return jobPorts(decisions, service).map(({ port, path }) => ({
    port,
    protocol: "TCP",
    evidence: [evidence("decision", `the Job of ${path.join(".")}`, decisions.span(path))],
  }));
}

function routePort(route: RequiredPort): ServicePort {
  return {
    port: route.port,
    protocol: route.protocol ?? "TCP",
    evidence: [evidence("route", "a Traefik route", route.span)],
  };
}

/** What its nodes call each other on, where another service of the same image names this one. */
function clusterPorts(
  { project, decisions }: Pick<StackInput, "project" | "decisions">,
  service: Service,
  references: readonly HostReference[],
): ServicePort[] {
  const image = imageOf(decisions, service) ?? "";
  const peer = references.find(({ from }) => {
    const other = project.services[from];
    return other !== undefined &&
      imageRepository(imageOf(decisions, other) ?? "") === imageRepository(image);
  });
  if (peer === undefined) return [];
  return (knownImage(image)?.clusterPorts ?? []).map((port) => ({
    port,
    protocol: "TCP",
    evidence: [evidence("cluster", `service "${peer.from}" of the same image`, peer.span)],
  }));
}

function selfNamedPorts(kind: "own" | "argument", ports: readonly OwnPort[]): ServicePort[] {
  return ports.map(({ port, text, span }) => ({
    port,
    protocol: "TCP",
    evidence: [evidence(kind, text, span)],
  }));
}

/** Schemes of datagrams. */
const UDP_SCHEME = /^(udp[46]?|syslog|statsd|gelf|snmp|collectd|.+[+:-]udp[46]?)$/;
/** Words of a key whose protocol has both. */
const UDP_WORDS = new Set(["statsd", "syslog", "gelf", "collectd", "snmp", "netflow", "udp"]);

/** By the scheme; where there is none, by what the key says that it is. */
function protocolsOf({ scheme, key }: HostReference): readonly Protocol[] {
  if (scheme !== undefined) return UDP_SCHEME.test(scheme) ? ["UDP"] : ["TCP"];
  return words(key ?? "").some((word) => UDP_WORDS.has(word)) ? ["TCP", "UDP"] : ["TCP"];
}

function referencePort(reference: HostReference): ServicePort[] {
  const port = portOf(reference);
  if (port === undefined) return [];
  const key = reference.key === undefined ? "" : `"${reference.key}" of `;
  return protocolsOf(reference).map((protocol) => ({
    port,
    protocol,
    evidence: [evidence("reference", `${key}service "${reference.from}"`, reference.span)],
  }));
}

/** `exposed`: the image's whole EXPOSE; `listens`: without the ports that nothing listens on by default. */
function imagePorts(
  service: Service,
  images: ImageLookup,
  decisions: Decisions,
  which: "exposed" | "listens",
): ServicePort[] {
  const image = imageOf(decisions, service);
  if (image === undefined || service.network_mode === "host") return [];
  const decision = imageDecision(decisions, image);
  if (decision?.ports !== undefined) {
    return decision.ports.map((port) => ({
      ...parsePort(port),
      evidence: [evidence("decision", `decisions.yaml about image "${image}"`, undefined)],
    }));
  }
  const told = images(image);
  const known = knownImage(image);
  const ports = which === "listens" && known?.listens !== undefined
    ? known.listens
    : told?.exposed ?? told?.exposedPorts ?? known?.exposed ?? known?.exposedPorts ?? [];
  const source = told === undefined ? "of the table of known images" : "told by the engine";
  return ports.map((port) => ({
    ...parsePort(port),
    evidence: [evidence("image", `EXPOSE of image "${image}", ${source}`, undefined)],
  }));
}

function evidence(kind: PortEvidence["kind"], text: string, span: Span | undefined): PortEvidence {
  return { kind, text, ...(span === undefined ? {} : { span }) };
}

/** Ports once each, with all the evidence, ascending. */
export function mergePorts(ports: readonly ServicePort[]): ServicePort[] {
  const merged = new Map<string, ServicePort>();
  for (const port of ports) {
    const key = `${port.protocol}/${port.port}`;
    const before = merged.get(key);
    merged.set(
      key,
      before === undefined ? port : { ...port, ...before, evidence: [...before.evidence, ...port.evidence] },
    );
  }
  return [...merged.values()].sort((left, right) =>
    left.port - right.port || left.protocol.localeCompare(right.protocol)
  );
}
