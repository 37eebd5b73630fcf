/** Everything that Traefik would have learnt from a stack: labels, static configuration, dynamic files. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { configureContainer } from "./container_configuration.ts";
import { type Container, type ContainerConfiguration, containersOf } from "./container.ts";
import type { DockerOptions } from "./docker_options.ts";
import { type DynamicFile, readDynamicFile } from "./dynamic_file.ts";
import { findTraefik, type FoundTraefik } from "./find_traefik.ts";
import { unreadLabels, unseenLabels } from "./label_findings.ts";
import { inlineFiles, type TextAt } from "./inline_files.ts";
import { type MergedSection, mergeSection, type SectionPath } from "./merge_containers.ts";
import { joinOthers, type OtherDefinitions, type OtherTraefik } from "./other_traefik.ts";
import type { Element, ElementSection, Routing } from "./routing.ts";
import {
  asksEngine,
  dockerOptionsOf,
  readStaticConfiguration,
  type StaticConfiguration,
  textField,
} from "./static_configuration.ts";
import type { TraefikFiles } from "./traefik_files.ts";
import { hasNewerLabels, isVersion1, version1Findings } from "./version_1.ts";

export interface RoutingInput {
  readonly project: Project;
  /** The container ports of a service: its image's `EXPOSE` with compose's `expose` and `ports`. */
  exposedPorts(service: string): readonly number[];
  /** Whether its image may expose others, as nobody has told; absent: of no service. */
  mayExposeMore?(service: string): boolean;
  readonly files: TraefikFiles;
  /** What `env` in templates reads; absent: the environment of the stack's Traefik. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The Traefik of another project that the labels are for; of no account where the stack has one of its own. */
  readonly elsewhere?: OtherTraefik;
  /** What other projects define for the same Traefik. */
  readonly others?: OtherDefinitions;
}

/** Reads the routing of a stack. Nothing is thrown: what cannot be used is a finding. */
export function readRouting(input: RoutingInput): Routing {
  const { project } = input;
  const own = findTraefik(project);
  const elsewhere = own === undefined ? input.elsewhere : undefined;
  const traefik = own ?? elsewhere?.found;
  // The dynamic files of another project's Traefik are read with that project.
  const files = elsewhere === undefined ? input.files : withoutDynamic(elsewhere.files);
  const environment = input.environment ?? traefik?.environment ?? {};
  const version = traefik?.version;
  const isOld = isVersion1(version);
  const fixed = isOld
    ? { findings: [] }
    : readStaticConfiguration(files.static, traefik?.flags ?? [], environment);
  const options = { ...dockerOptionsOf(fixed.configuration), ...(version === undefined ? {} : { version }) };
  const asks = engineIn(fixed.configuration);
  const containers = containersOf(
    project,
    (service) => input.exposedPorts(service),
    (service) => input.mayExposeMore?.(service) ?? false,
    options.provider,
  )
    // Without a Traefik in the stack, or one that is not said to ask an engine, nothing is routed by default.
    .filter(({ isLabelled }) => traefik !== undefined && asks !== "unsaid" || isLabelled);
  const read = isOld ? containers.filter(hasNewerLabels) : asks === "no" ? [] : containers;
  const results = read.map((container) => configureContainer(container, options));
  const configurations = results.flatMap(({ configuration }) => configuration ?? []);
  const dynamic = files.dynamic.map((file) => readDynamicFile(file, environment, version));
  const findings = [
    ...(elsewhere === undefined ? fixed.findings : []),
    ...(traefik !== undefined && isOld ? version1Findings(project, traefik.service, containers) : []),
    ...containers.flatMap(unseenLabels),
    ...(asks === "no" ? containers.flatMap(unreadLabels) : []),
    ...results.flatMap((result) => result.findings),
    ...dynamic.flatMap((file) => file.findings),
    ...networkFinding(configurations.map(({ container }) => container), options),
  ];
  const merged = inlineAll(mergeAll(configurations, dynamic, findings), files.textAt);
  const sections = input.others === undefined ? merged : joinOthers(merged, input.others);
  return {
    ...sections,
    ...(fixed.configuration === undefined
      ? {}
      : { static: { ...flagsPlace(project, own), ...fixed.configuration } }),
    ...(own === undefined ? {} : { traefikService: own.service }),
    ...(elsewhere === undefined ? {} : {
      elsewhere: { from: elsewhere.from, project: elsewhere.project, service: elsewhere.found.service },
    }),
    ...(version === undefined ? {} : { traefikVersion: version }),
    ...(files.isIncomplete === true ? { isIncomplete: true } : {}),
    ...(options.provider === "docker" ? {} : { readsDeployLabels: true }),
    ...(traefik === undefined || traefik.isOwnImage
      ? {}
      : { defaultRuleSyntax: ruleSyntax(fixed.configuration?.fields, traefik.version) }),
    findings,
  };
}

/** Whether the labels of containers are read: `unsaid` where a configuration is there and names no provider. */
function engineIn(configuration: StaticConfiguration | undefined): "yes" | "no" | "unsaid" {
  const asks = asksEngine(configuration);
  if (asks === undefined) return configuration === undefined ? "yes" : "unsaid";
  return asks ? "yes" : "no";
}

/** Where the command line is written, for what no file says. */
function flagsPlace(project: Project, own: FoundTraefik | undefined): { span?: Span } {
  if (own === undefined || own.flags.length === 0) return {};
  const span = project.span(["services", own.service, "command"]);
  return span === undefined ? {} : { span };
}

function withoutDynamic(files: TraefikFiles): TraefikFiles {
  return { ...files, dynamic: [] };
}

type Sections = Pick<Routing, "http" | "tcp" | "udp" | "tls">;

/** Puts certificates and users in the place of their paths. */
function inlineAll(sections: Sections, textAt: TextAt | undefined): Sections {
  if (textAt === undefined) return sections;
  const each = (elements: ReadonlyMap<string, Element>): ReadonlyMap<string, Element> =>
    new Map([...elements].map(([name, element]) => [name, inlineFiles(element, textAt)]));
  const { http, tcp, tls } = sections;
  return {
    ...sections,
    http: { ...http, middlewares: each(http.middlewares), serversTransports: each(http.serversTransports) },
    tcp: { ...tcp, serversTransports: each(tcp.serversTransports) },
    tls: {
      options: each(tls.options),
      stores: each(tls.stores),
      certificates: tls.certificates.map((element) => inlineFiles(element, textAt)),
    },
  };
}

/** Traefik 2 knows one syntax; Traefik 3 takes `core.defaultRuleSyntax`. */
function ruleSyntax(fields: unknown, version: string | undefined): "v2" | "v3" {
  if (version?.split(".")[0] === "2") return "v2";
  return textField(fields, "core", "defaultRuleSyntax") === "v2" ? "v2" : "v3";
}

function mergeAll(
  configurations: readonly ContainerConfiguration[],
  dynamic: readonly DynamicFile[],
  findings: Diagnostic[],
): Sections {
  const collect = (path: SectionPath, docker: MergedSection): ReadonlyMap<string, Element> => {
    findings.push(...docker.findings);
    return withFiles(docker.elements, dynamic, `${path.protocol}.${path.section}`, findings);
  };
  const section = (
    protocol: "http" | "tcp" | "udp",
    name: "routers" | "services",
  ): ReadonlyMap<string, Element> => {
    const path: SectionPath = { protocol, section: name };
    return collect(
      path,
      mergeSection(configurations, path, (configuration) => configuration[protocol][name]),
    );
  };
  const middlewares = (protocol: "http" | "tcp"): ReadonlyMap<string, Element> => {
    const path: SectionPath = { protocol, section: "middlewares" };
    return collect(
      path,
      mergeSection(configurations, path, (configuration) => configuration[protocol].middlewares),
    );
  };
  const all = (protocol: "http" | "tcp"): ElementSection => ({
    routers: section(protocol, "routers"),
    services: section(protocol, "services"),
    middlewares: middlewares(protocol),
    serversTransports: withFiles(new Map(), dynamic, `${protocol}.serversTransports`, findings),
  });
  const storePath: SectionPath = { protocol: "tls", section: "stores" };
  return {
    http: all("http"),
    tcp: all("tcp"),
    udp: { routers: section("udp", "routers"), services: section("udp", "services") },
    tls: {
      options: withFiles(new Map(), dynamic, "tls.options", findings),
      stores: collect(storePath, mergeSection(configurations, storePath, ({ stores }) => stores)),
      certificates: dynamic.flatMap(({ certificates }) => certificates),
    },
  };
}

/** Adds the elements of dynamic files: the first file that defines a name holds, the others are skipped. */
function withFiles(
  docker: ReadonlyMap<string, Element>,
  dynamic: readonly DynamicFile[],
  path: string,
  findings: Diagnostic[],
): ReadonlyMap<string, Element> {
  const elements = new Map(docker);
  for (const { sections } of dynamic) {
    for (const element of sections.get(path)?.values() ?? []) {
      const first = elements.get(element.name);
      if (first === undefined) elements.set(element.name, element);
      else findings.push(skipped(element, first, path));
    }
  }
  return elements;
}

function skipped(element: Element, first: Element, path: string): Diagnostic {
  return {
    code: "traefik-defined-twice",
    severity: "warning",
    message:
      `The element "${element.name}" of ${path} has no effect as an earlier file defines it: Traefik skips it`,
    ...(element.span === undefined ? {} : { span: element.span }),
    hint: "Rename or remove one of them",
    ...(first.span === undefined ? {} : { related: [{ message: "First defined here", span: first.span }] }),
  };
}

/** `providers.docker.network` names a network that containers do not have: Traefik takes any of theirs. */
function networkFinding(containers: readonly Container[], { network }: DockerOptions): Diagnostic[] {
  const others = containers.filter(({ networks, hasOwnNetwork, labels }) =>
    network !== "" && hasOwnNetwork && labels["traefik.docker.network"] === undefined &&
    !networks.includes(network)
  );
  const [first] = others;
  if (first === undefined) return [];
  const span = first.spanOf("traefik.enable");
  return [{
    code: "traefik-network-unknown",
    severity: "info",
    message: `The network "${network}" of providers.docker is not one of ${others.length} routed services, ` +
      `so Traefik took any of their networks: in the cluster every pod is reached through its Service`,
    ...(span === undefined ? {} : { span }),
  }];
}
