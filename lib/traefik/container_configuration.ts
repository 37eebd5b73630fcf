/** What one container's labels become, by the rules of Traefik's docker provider (pkg/provider/docker/config.go). */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { matchesConstraints } from "./constraints.ts";
import type { Container, ContainerConfiguration, Section } from "./container.ts";
import { buildRouters, buildTcpRouters, buildUdpRouters } from "./container_routers.ts";
import { buildServices } from "./container_services.ts";
import { decode } from "./decode.ts";
import type { DockerOptions } from "./docker_options.ts";
import { buildLabelTree, passesFilter } from "./label_tree.ts";
import {
  dynamicFilters,
  excludedContainer,
  ignoredLabel,
  notEnabled,
  PORT_UNKNOWN,
  refusedLabel,
  warnOfIgnoredLabels,
} from "./label_findings.ts";
import { childOf, type Node } from "./node.ts";
import { RuleError } from "./rule.ts";
import { isLabelOfVersion1, isVersion1 } from "./version_1.ts";
import { dynamicShape, providerShape } from "./shapes/dynamic_shape.ts";

/** A container's configuration, or undefined where Traefik would leave it out, with the findings. */
export interface ContainerResult {
  readonly configuration?: ContainerConfiguration;
  readonly findings: readonly Diagnostic[];
}

const providerFilters = ["traefik.docker.", "traefik.enable"];

/** Decodes the labels of one container, and adds the services and routers that Traefik infers. */
export function configureContainer(container: Container, options: DockerOptions): ContainerResult {
  const { version } = options;
  const provider = decodeLabels(container, providerFilters, providerShape, version);
  if (provider.findings.length > 0) return { findings: provider.findings };
  const enable = provider.value["enable"];
  if ((enable ?? options.exposedByDefault) !== true) {
    return { findings: enable === undefined ? notEnabled(container) : [] };
  }
  if (!passesConstraints(container, options)) {
    return { findings: excludedContainer(container, options.constraints) };
  }

  const decoded = decodeLabels(container, dynamicFilters, dynamicShape, version);
  if (decoded.findings.length > 0) return { findings: decoded.findings };
  const configuration = sectionsOf(container, decoded.value);
  if (decoded.root !== undefined) collectOrigins(decoded.root, configuration.origins);

  const findings: Diagnostic[] = [
    ...warnOfIgnoredLabels(container, (key) =>
      passesFilter(key, [...dynamicFilters, ...providerFilters]) ||
      isVersion1(version) && isLabelOfVersion1(key)),
    ...decoded.ignored.map((node) => ignoredLabel(container, node)),
  ];
  const problems = inferElements(configuration, options, findings);
  if (problems.length === 0) return { configuration, findings };
  const isUnknown = container.mayExposeMore && problems.every(({ code }) => code === PORT_UNKNOWN);
  return isUnknown
    ? { configuration: middlewaresAlone(configuration), findings: [...findings, ...problems] }
    : { findings: problems };
}

/** Traefik knows the port and keeps them: without a login that is defined here others would lose their routes, too. */
function middlewaresAlone(configuration: ContainerConfiguration): ContainerConfiguration {
  const { http, tcp } = configuration;
  return {
    ...configuration,
    http: { ...http, routers: {}, services: {} },
    tcp: { ...tcp, routers: {}, services: {} },
    udp: { routers: {}, services: {} },
  };
}

function passesConstraints(container: Container, options: DockerOptions): boolean {
  try {
    return matchesConstraints(options.constraints, container.labels);
  } catch (error) {
    if (error instanceof RuleError || error instanceof SyntaxError) return false;
    throw error;
  }
}

interface DecodedLabels {
  readonly value: Readonly<Record<string, unknown>>;
  readonly root?: Node;
  readonly ignored: readonly Node[];
  readonly findings: readonly Diagnostic[];
}

function decodeLabels(
  container: Container,
  filters: readonly string[],
  shape: typeof dynamicShape,
  version: string | undefined,
): DecodedLabels {
  const { root, problems } = buildLabelTree(container.labels, filters, container.spanOf);
  const decoded = root === undefined ? undefined : decode(root, shape, "labels", version);
  return {
    value: decoded?.value ?? {},
    ...(root === undefined ? {} : { root }),
    ignored: decoded?.ignored ?? [],
    findings: [...problems, ...decoded?.problems ?? []].map((problem) => refusedLabel(container, problem)),
  };
}

function sectionsOf(container: Container, value: Readonly<Record<string, unknown>>): ContainerConfiguration {
  const section = (protocol: string, name: string): Section =>
    (value[protocol] as Record<string, Section> | undefined)?.[name] ?? {};
  return {
    container,
    http: {
      routers: section("http", "routers"),
      services: section("http", "services"),
      middlewares: section("http", "middlewares"),
    },
    tcp: {
      routers: section("tcp", "routers"),
      services: section("tcp", "services"),
      middlewares: section("tcp", "middlewares"),
    },
    udp: { routers: section("udp", "routers"), services: section("udp", "services") },
    stores: section("tls", "stores"),
    ports: new Map(),
    origins: new Map(),
  };
}

function collectOrigins(root: Node, origins: Map<string, string>): void {
  for (const protocol of ["http", "tcp", "udp", "tls"]) {
    const protocolNode = childOf(root, protocol);
    for (const section of protocolNode?.children ?? []) {
      for (const element of section.children) {
        const origin = childOf(element, "rule")?.origin ?? element.origin;
        origins.set(`${protocol}.${section.name.toLowerCase()}.${element.name}`, origin);
      }
    }
  }
}

/** Adds what labels do not say. What it returns makes Traefik drop the whole container. */
function inferElements(
  configuration: ContainerConfiguration,
  options: DockerOptions,
  findings: Diagnostic[],
): Diagnostic[] {
  const { http, tcp, udp } = configuration;
  const has = (section: Section): boolean => Object.keys(section).length > 0;
  const hasTcp = has(tcp.routers) || has(tcp.services);
  const hasUdp = has(udp.routers) || has(udp.services);
  if (hasTcp) {
    const problems = buildServices(configuration, "tcp", findings);
    if (problems.length > 0) return problems;
    buildTcpRouters(configuration, findings);
  }
  if (hasUdp) {
    const problems = buildServices(configuration, "udp", findings);
    if (problems.length > 0) return problems;
    buildUdpRouters(configuration, findings);
  }
  const speaksHttp = has(http.routers) || has(http.middlewares) || has(http.services);
  if ((hasTcp || hasUdp) && !speaksHttp) return [];
  const problems = buildServices(configuration, "http", findings);
  if (problems.length > 0) return problems;
  buildRouters(configuration, options.defaultRule, findings);
  return [];
}
