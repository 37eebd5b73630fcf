/** What becomes of ports that compose publishes on the host: by decision, private until then. */
import type { Port } from "../../compose/project.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { at, type Context, decided, isSkipped } from "./context.ts";
import type { Publication } from "../decisions/decisions.ts";
import { label } from "./names.ts";
import { type Protocol, protocolOf } from "./ports.ts";
import { yamlText, yamlWord } from "../diagnostics/yaml_word.ts";

/** One published port of one container, ranges resolved. */
export interface Published {
  readonly service: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly hostPort: number;
  readonly hostIp?: string;
  readonly span?: Span;
  readonly index: number;
}

/** A TCP or UDP port that Traefik opens, as an entry point of its own. */
export interface EntryPointPort extends Published {
  readonly entryPoint: string;
}

/** Published ports by what becomes of them. */
export interface Publications {
  readonly entryPoints: readonly EntryPointPort[];
  readonly loadBalancers: readonly Published[];
  /** By service: `3478/UDP` to the host's port. */
  readonly hostPorts: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Sorts out every published port of every service that is moved, and reports conflicts and open questions. */
export function publications(context: Context): Publications {
  const all = Object.values(context.project.services)
    .filter((service) =>
      !isSkipped(context.decisions, service.name) && service.name !== context.routing.traefikService
    )
    .flatMap((service) => publishedPorts(context, service.name, service.ports ?? []));
  reportConflicts(context, all);
  const open = all.filter(({ hostIp }) => !isLoopback(hostIp));
  const entryPoints: EntryPointPort[] = [];
  const loadBalancers: Published[] = [];
  const hostPorts = new Map<string, Map<string, number>>();
  const undecided: Published[] = [];
  for (const port of open) {
    const publication = decisionOf(context, port);
    switch (typeof publication === "object" ? "entryPoint" : publication) {
      case "private":
        break;
      case "loadBalancer":
        loadBalancers.push(port);
        break;
      case "hostPort":
        hostPorts.set(
          port.service,
          (hostPorts.get(port.service) ?? new Map()).set(`${port.port}/${port.protocol}`, port.hostPort),
        );
        break;
      case "entryPoint":
        entryPoints.push({ ...port, entryPoint: entryPointName(publication, port) });
        break;
      case undefined:
        undecided.push(port);
    }
  }
  reportUndecided(context, undecided);
  return { entryPoints, loadBalancers, hostPorts };
}

/** Whether only programs of the machine itself could reach it. */
function isLoopback(hostIp: string | undefined): boolean {
  return hostIp !== undefined && (/^127\./.test(hostIp) || hostIp === "::1" || hostIp === "localhost");
}

function publishedPorts(context: Context, service: string, ports: readonly Port[]): Published[] {
  return ports.flatMap((port, index) => {
    const hostPort = Number(port.published?.split("-")[0] ?? "");
    if (port.published === undefined || !Number.isInteger(hostPort) || hostPort < 1) return [];
    const span = context.project.span(["services", service, "ports", index]);
    return [{
      service,
      port: port.target,
      protocol: protocolOf(port.protocol),
      hostPort,
      ...(port.host_ip === undefined || port.host_ip === "" ? {} : { hostIp: port.host_ip }),
      ...(span === undefined ? {} : { span }),
      index,
    }];
  });
}

/** The service's own decision before the one for the host's port. */
function decisionOf(context: Context, port: Published): Publication | undefined {
  const keys = [`${port.hostPort}/${port.protocol.toLowerCase()}`, String(port.hostPort)];
  for (const table of [decided(context.decisions, port.service).publish, context.decisions.publish]) {
    const key = keys.find((candidate) => table !== undefined && Object.hasOwn(table, candidate));
    if (table !== undefined && key !== undefined) return table[key];
  }
  return undefined;
}

function entryPointName(publication: Publication | undefined, port: Published): string {
  if (typeof publication === "object") return publication.entryPoint;
  return label(`${port.protocol.toLowerCase()}-${port.hostPort}`, 15);
}

/** Docker refuses to start the second; in a cluster one of them would wait for ever or take the other's callers. */
function reportConflicts(context: Context, all: readonly Published[]): void {
  const seen: Published[] = [];
  for (const port of all) {
    const first = seen.find((other) =>
      other.service !== port.service && other.hostPort === port.hostPort &&
      other.protocol === port.protocol &&
      (other.hostIp === port.hostIp || isAny(other.hostIp) || isAny(port.hostIp))
    );
    if (first === undefined) {
      seen.push(port);
      continue;
    }
    context.report({
      code: "kube-host-port-conflict",
      severity: "error",
      message:
        `Services "${first.service}" and "${port.service}" both publish port ${port.hostPort} of the host`,
      ...(port.span === undefined ? {} : { span: port.span }),
      hint: `They cannot run side by side; leave one out: services: { ${yamlWord(first.service)}: { skip: ${
        yamlText(`replaced by ${port.service}`)
      } } }`,
      ...(first.span === undefined
        ? {}
        : { related: [{ message: `First published by "${first.service}"`, span: first.span }] }),
    });
  }
}

function isAny(hostIp: string | undefined): boolean {
  return hostIp === undefined || hostIp === "0.0.0.0" || hostIp === "::";
}

/** One question for each service, with a ready line for all of its ports. */
function reportUndecided(context: Context, ports: readonly Published[]): void {
  const byService = new Map<string, Published[]>();
  for (const port of ports) byService.set(port.service, [...byService.get(port.service) ?? [], port]);
  for (const [service, own] of byService) {
    const names = own.map(({ hostPort, protocol }) =>
      protocol === "TCP" ? String(hostPort) : `${hostPort}/${protocol.toLowerCase()}`
    );
    const shown = names.slice(0, 8);
    const finding: Diagnostic = {
      code: "kube-public-port",
      severity: "question",
      message: `Service "${service}" publishes ${own.length === 1 ? "port" : "ports"} ${shown.join(", ")}${
        names.length > shown.length ? ` and ${names.length - shown.length} more` : ""
      } to everybody; they stay private until decided`,
      ...at(context.project, ["services", service, "ports", own[0]?.index ?? 0]),
      hint: `Add to decisions.yaml: publish: { ${
        shown.map((name) => `"${name}": entryPoint`).join(", ")
      } } (or hostPort, loadBalancer, private)`,
    };
    context.report(finding);
  }
}
