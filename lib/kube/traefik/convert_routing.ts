/** The routing of a stack as objects of Kubernetes: the one door of this folder. */
import type { TextAt } from "../../traefik/inline_files.ts";
import type { Mount, Project } from "../../../compose/project.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { FileAt } from "../../traefik/container_files.ts";
import type { Element, Fields, Routing } from "../../traefik/routing.ts";
import { record } from "../../values/json.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import type { RequiredPort } from "../../stack/ports.ts";
import { innerPort } from "./chart_ports.ts";
import type { ClusterTraefik } from "./cluster_traefik.ts";
import type { RouteContext, ServiceTarget } from "./context.ts";
import { withDecidedTls } from "./decided_tls.ts";
import type { TraefikDecisions } from "../../decisions/traefik.ts";
import { decidedCertificate, type GivenCertificate } from "./default_certificate.ts";
import {
  askAboutElsewhere,
  isTraefikElsewhere,
  publishedHere,
  usualEntryPoints,
  withoutClosed,
} from "./elsewhere.ts";
import { reportAddresses, reportClosedInternals, reportClosedPorts } from "./closed_ports.ts";
import { frontService } from "./front.ts";
import { askAboutPlainHttp, type EntryPoints, mapEntryPoints } from "./entry_points.ts";
import { convertStatic, type StaticSide } from "./helm_chart_config.ts";
import { convertHttpRouter } from "./http_route.ts";
import { convertMiddleware } from "./middleware.ts";
import { withOwnService } from "./own_service.ts";
import { type PublishedPort, publishedRoute } from "./published_ports.ts";
import { bareName, objectNames, qualify } from "./references.ts";
import { servicesByDnsName } from "../../stack/network/dns_names.ts";
import { machineAddress } from "../../stack/network/docker_names.ts";
import { askWhichTraefik } from "./newer_fields.ts";
import { convertServersTransports } from "./servers_transport.ts";
import { convertTcpMiddleware, convertTcpRouter, convertUdpRouter } from "./tcp_udp_route.ts";
import { usedMiddlewares } from "./used_middlewares.ts";
import { withoutTailscale } from "./tailscale_resolvers.ts";
import { convertTls } from "./tls.ts";

export interface RoutingConversionInput {
  readonly routing: Routing;
  readonly project: Project;
  readonly namespace: string;
  readonly decisions: TraefikDecisions;
  /** What the cluster told of its Traefik, where one was asked. */
  readonly there?: ClusterTraefik;
  /** Whether other projects are known, whose routes its Traefik has as well. */
  readonly sharesTraefik?: boolean;
  /** The machine's own address, where it is decided. */
  readonly hostGateway?: string;
  /** The core Service for a port of a compose service; undefined where it has none. */
  serviceFor(service: string, port: number): ServiceTarget | undefined;
  /** The address in the cluster of a host that is another project's service. */
  neighbour?(host: string): string | undefined;
  /** Where a mount of the stack's Traefik lies on the node. */
  directoryOf?(mount: Mount): string | undefined;
  /** Published ports that decisions lead through Traefik. */
  readonly published?: readonly PublishedPort[];
  /** What lies at a path in the container of the stack's Traefik, as far as it is at hand. */
  readonly textAt?: TextAt;
  /** What the storage of each ACME resolver holds, by its path in the container of the stack's Traefik. */
  storedAt?(path: string): FileAt;
  /** The decided default certificate, where it is decided as files. */
  readonly certificate?: GivenCertificate;
}

export interface RoutingConversion {
  /** The routes of each compose service. */
  readonly routes: ReadonlyMap<string, readonly PlannedObject[]>;
  /** Routes that belong to no compose service. */
  readonly otherRoutes: readonly PlannedObject[];
  /** Middlewares, TLS, transports, Secrets, the HelmChartConfig: what routes refer to. */
  readonly shared: readonly PlannedObject[];
  /** What leads ports of the node to Traefik. */
  readonly front: readonly PlannedObject[];
  /** The ports that routes lead to. */
  readonly requiredPorts: readonly RequiredPort[];
  /** Whether something is used that not every Traefik 3 has, so that it matters which one the cluster runs. */
  readonly usesNewer: boolean;
  /** The values for a chart of one's own (`mode: external`); the HelmChartConfig holds the same. */
  readonly chartValues: Readonly<Record<string, unknown>>;
  readonly findings: readonly Diagnostic[];
}

/** Converts everything. Pure: the same input gives the same objects, in the same order. */
export function convertRouting(given: RoutingConversionInput): RoutingConversion {
  const isElsewhere = isTraefikElsewhere(given.routing);
  const own = withOwnService(given.routing);
  const { routing: known, findings: tailscale } = withoutTailscale(own.routing);
  const routing = withDecidedTls(isElsewhere ? withoutClosed(known) : known, given.decisions);
  const { published, findings: closed } = publishedHere(given);
  const input = { ...given, routing, published };
  const entryPoints = isElsewhere
    ? usualEntryPoints(given.routing)
    : mapEntryPoints(routing, input.decisions, input.project);
  const context = contextOf(input, entryPoints);
  convertServersTransports(context);
  convertMiddlewares(context);
  convertTls(context, decidedCertificate(context, input.certificate));
  const converted = [
    ...convertRouters(context, routing.http.routers, convertHttpRouter),
    ...convertRouters(context, routing.tcp.routers, convertTcpRouter),
    ...convertRouters(context, routing.udp.routers, convertUdpRouter),
    ...published.flatMap((port) => publishedRoute(context, port) ?? []),
  ];
  context.findings.push(
    ...closed,
    ...own.findings,
    ...(given.routing.elsewhere === undefined ? tailscale : []),
    ...askAboutPlainHttp(context.entryPoints, routing.http.routers.values()),
  );
  const environment = environmentOf(input);
  // What another project's Traefik is set to is that project's business.
  const isOthers = routing.elsewhere !== undefined || isElsewhere && published.length === 0;
  const fixed: StaticSide = isOthers ? { objects: [], values: {} } : convertStatic(context, {
    published,
    environment,
    ...(input.textAt === undefined ? {} : { textAt: input.textAt }),
    ...(input.storedAt === undefined ? {} : { storedAt: input.storedAt }),
  });
  context.findings.push(
    ...reportClosedPorts(routing, input.project),
    ...reportClosedInternals(routing, input.project),
    ...reportAddresses(routing, input.project, (port) => innerPort(entryPoints, fixed.values, port)),
  );
  askWhichTraefik(context);
  const routes = new Map<string, PlannedObject[]>();
  for (const planned of converted) {
    if (planned.service === undefined) continue;
    routes.set(planned.service, [...routes.get(planned.service) ?? [], planned]);
  }
  const source = routing.static?.span === undefined ? {} : { source: routing.static.span };
  const front = frontService(context, published, record(fixed.values["ports"]) ?? {});
  return {
    routes,
    otherRoutes: converted.filter(({ service }) => service === undefined),
    shared: [...context.shared.values(), ...fixed.objects.map((object) => ({ object, ...source }))],
    front: front === undefined ? [] : [{ object: front, ...source }],
    requiredPorts: context.required,
    chartValues: fixed.values,
    usesNewer: context.newer.size > 0,
    findings: isElsewhere
      ? askAboutElsewhere(given.routing, context.entryPoints, context.findings)
      : routing.isIncomplete === true
      ? context.findings.filter(({ code }) => !NOT_DEFINED.has(code))
      : context.findings,
  };
}

/** What is said of names that nothing defines: where not all files are seen, that is all there is to say. */
const NOT_DEFINED: ReadonlySet<string> = new Set([
  "traefik-entry-point-missing",
  "traefik-entry-point-unknown",
  "traefik-middleware-missing",
  "traefik-resolver-unknown",
  "traefik-service-unknown",
  "traefik-tls-option-unknown",
  "traefik-transport-unknown",
]);

function contextOf(input: RoutingConversionInput, entryPoints: EntryPoints): RouteContext {
  const { routing, project, namespace, decisions } = input;
  return {
    routing,
    project,
    namespace,
    decisions,
    there: input.there,
    sharesTraefik: input.sharesTraefik === true,
    entryPoints,
    machine: { address: machineAddress(input), isDecided: input.hostGateway !== undefined },
    keepsVersion2: decisions.keepVersion2 && routing.traefikVersion?.split(".")[0] === "2",
    serviceFor: (service, port) => input.serviceFor(service, port),
    composeService: (host) => servicesByDnsName(project).get(host),
    neighbour: (host) => input.neighbour?.(host),
    directoryOf: (mount) => input.directoryOf?.(mount),
    names: {
      httpRouters: objectNames(routing.http.routers.values()),
      httpServices: objectNames(routing.http.services.values()),
      httpTransports: objectNames(routing.http.serversTransports.values()),
      tcpTransports: objectNames(routing.tcp.serversTransports.values()),
      tlsOptions: objectNames(routing.tls.options.values()),
    },
    httpMiddlewares: new Map(),
    tcpMiddlewares: new Map(),
    shared: new Map(),
    required: [],
    backendOptions: new Map(),
    searches: new Set(),
    newer: new Set(),
    missing: [],
    findings: [],
  };
}

/**
 * Chains last, as they need the names of what they chain, and pages of errors, as their service may have middlewares; a
 * chain of chains settles in as many rounds.
 */
function convertMiddlewares(context: RouteContext): void {
  const { http, tcp } = context.routing;
  const names = objectNames(http.middlewares.values());
  const used = usedMiddlewares(context);
  const waiting = new Map(http.middlewares);
  const isReady = (element: Element): boolean =>
    neededBy(http.services, element).every((qualified) =>
      context.httpMiddlewares.has(qualified) || !waiting.has(qualified)
    );
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(isReady);
    for (const element of ready.length > 0 ? ready : [...waiting.values()]) {
      waiting.delete(element.name);
      const name = names.get(element.name) ?? bareName(element.name);
      if (used.has(element.name)) convertMiddleware(context, element, name);
      else convertUnused(context, element, name);
    }
  }
  const tcpNames = objectNames(tcp.middlewares.values());
  for (const element of tcp.middlewares.values()) {
    convertTcpMiddleware(context, element, tcpNames.get(element.name) ?? bareName(element.name));
  }
}

/** One that nothing uses keeps nobody from moving by a file that is not there or a service that is none. */
function convertUnused(context: RouteContext, element: Element, name: string): void {
  const findings: Diagnostic[] = [];
  convertMiddleware({ ...context, findings }, element, name);
  context.findings.push(...findings.map((finding): Diagnostic => {
    const isItsOwn = finding.severity === "error" && finding.code !== "traefik-field-unknown";
    return isItsOwn ? { ...finding, severity: "warning" } : finding;
  }));
}

/** The middlewares, qualified, that have to be there before a middleware. */
function neededBy(services: ReadonlyMap<string, Element>, element: Element): readonly string[] {
  const { chain, errors } = element.fields as Readonly<Record<string, Fields | undefined>>;
  const pages = services.get(qualify(String(errors?.["service"] ?? ""), element));
  const named = (fields: Fields | undefined, referrer: Element): readonly string[] =>
    ((fields?.["middlewares"] ?? []) as readonly string[]).map((reference) => qualify(reference, referrer));
  return [...named(chain, element), ...(pages === undefined ? [] : named(pages.fields, pages))];
}

function convertRouters(
  context: RouteContext,
  routers: ReadonlyMap<string, Element>,
  convert: (context: RouteContext, element: Element, name: string) => KubeObject | undefined,
): PlannedObject[] {
  const names = objectNames(routers.values());
  return [...routers.values()].flatMap((element) => {
    const object = convert(context, element, names.get(element.name) ?? bareName(element.name));
    if (object === undefined) return [];
    const [service] = element.services;
    return [{
      object,
      ...(element.span === undefined ? {} : { source: element.span }),
      ...(service === undefined ? {} : { service }),
    }];
  });
}

function environmentOf({ routing, project }: RoutingConversionInput): Readonly<Record<string, string>> {
  const service = routing.traefikService === undefined ? undefined : project.services[routing.traefikService];
  return Object.fromEntries(
    Object.entries(service?.environment ?? {}).filter((entry): entry is [string, string] =>
      entry[1] !== null
    ),
  );
}
