/** Containers' configurations to one, by the rules of Traefik's `provider.Merge` (pkg/provider/configuration.go). */
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import type { ContainerConfiguration, Section } from "./container.ts";
import { compareBytes } from "./label_tree.ts";
import type { Element } from "./routing.ts";

export interface MergedSection {
  readonly elements: ReadonlyMap<string, Element>;
  readonly findings: readonly Diagnostic[];
}

/** Where a section lies in a container's configuration, and what its elements are called in messages. */
export interface SectionPath {
  readonly protocol: "http" | "tcp" | "udp" | "tls";
  readonly section: "routers" | "services" | "middlewares" | "stores";
}

type Draft = { fields: Record<string, unknown>; from: ContainerConfiguration[] };

/**
 * Merges one section: equal definitions are one; services that differ only in their servers share them;
 * everything else that is defined twice is deleted for all, as Traefik does.
 */
export function mergeSection(
  configurations: readonly ContainerConfiguration[],
  path: SectionPath,
  select: (configuration: ContainerConfiguration) => Section,
): MergedSection {
  const drafts = new Map<string, Draft>();
  const conflicts = new Map<string, ContainerConfiguration[]>();
  for (
    const configuration of [...configurations].sort((a, b) =>
      compareBytes(a.container.name, b.container.name)
    )
  ) {
    for (const [name, fields] of Object.entries(select(configuration))) {
      const existing = drafts.get(name);
      if (existing === undefined) {
        drafts.set(name, { fields, from: [configuration] });
        continue;
      }
      existing.from.push(configuration);
      const merged = path.section === "services" ? mergeServices(existing.fields, fields) : undefined;
      if (merged !== undefined) existing.fields = merged;
      else if (path.section === "services" || !isEqual(existing.fields, fields)) {
        conflicts.set(name, existing.from);
      }
    }
  }
  const elements = new Map<string, Element>();
  for (const [name, draft] of drafts) {
    if (conflicts.has(name)) continue;
    const element = elementOf(name, draft, path);
    elements.set(element.name, element);
  }
  return { elements, findings: [...conflicts].map(([name, from]) => conflict(name, from, path)) };
}

function elementOf(name: string, { fields, from }: Draft, path: SectionPath): Element {
  const span = spanOf(name, from[0], path);
  const servers = from.flatMap((configuration) => {
    const port = configuration.ports.get(`${path.protocol}.services.${name}`);
    return port === undefined ? [] : [{ service: configuration.container.service, port }];
  });
  return {
    name: `${name}@${from[0]?.container.provider === "swarm" ? "swarm" : "docker"}`,
    fields,
    ...(span === undefined ? {} : { span }),
    services: from.map((configuration) => configuration.container.service),
    ...(path.section === "services" ? { servers } : {}),
  };
}

function mergeServices(
  left: Record<string, unknown>,
  right: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const { servers: leftServers = [], ...leftRest } = left["loadBalancer"] as { servers?: Server[] };
  const { servers: rightServers = [], ...rightRest } = right["loadBalancer"] as { servers?: Server[] };
  if (!isEqual(leftRest, rightRest)) return undefined;
  const known = new Set(leftServers.map(addressOf));
  const servers = [...leftServers, ...rightServers.filter((server) => !known.has(addressOf(server)))];
  return { ...left, loadBalancer: { ...leftRest, servers } };
}

type Server = { readonly url?: string; readonly address?: string };

function addressOf(server: Server): string {
  return server.url ?? server.address ?? "";
}

function conflict(name: string, from: readonly ContainerConfiguration[], path: SectionPath): Diagnostic {
  const [first, ...others] = from;
  const span = spanOf(name, others.at(-1) ?? first, path);
  const kind = `${path.protocol} ${path.section.slice(0, -1)}`;
  const services = from.map(({ container }) => `"${container.service}"`).join(" and ");
  return {
    code: "traefik-defined-twice",
    severity: "error",
    message:
      `Cannot use the ${kind} "${name}" as the services ${services} define it differently: Traefik deletes it for all`,
    ...(span === undefined ? {} : { span }),
    hint: "Rename one of them, or make their labels the same",
    related: from.slice(0, -1).flatMap((configuration) => {
      const place = spanOf(name, configuration, path);
      return place === undefined
        ? []
        : [{ message: `Also defined by "${configuration.container.service}"`, span: place }];
    }),
  };
}

function spanOf(
  name: string,
  configuration: ContainerConfiguration | undefined,
  path: SectionPath,
): Span | undefined {
  const origin = configuration?.origins.get(`${path.protocol}.${path.section}.${name}`) ?? "traefik.enable";
  return configuration?.container.spanOf(origin);
}

/** Deep equality of JSON, whatever the order of keys. */
function isEqual(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => compareBytes(a, b)))
        : inner,
  ) ?? "";
}
