/** What the conversion of routes works with: its input, and the objects and findings collected on the way. */
import type { Mount, Project } from "../../../compose/project.ts";
import type { Diagnostic, Severity, Span } from "../../diagnostics/diagnostic.ts";
import { oncePer } from "../../values/once_per.ts";
import type { Element, Routing } from "../../traefik/routing.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import type { RequiredPort } from "../../stack/ports.ts";
import type { TraefikDecisions } from "../../decisions/traefik.ts";
import type { ClusterTraefik, MissingField } from "./cluster_traefik.ts";
import type { EntryPoints } from "./entry_points.ts";

/** The core Service of a compose service and the number of one of its ports. */
export interface ServiceTarget {
  readonly name: string;
  readonly port: number;
}

/** An entry of `services` in an IngressRoute, a TraefikService or an errors middleware. */
export type ServiceReference = Readonly<Record<string, unknown>>;

export interface RouteContext {
  readonly routing: Routing;
  readonly project: Project;
  readonly namespace: string;
  readonly decisions: TraefikDecisions;
  /** What the cluster told of its Traefik; absent where none was asked. */
  readonly there: ClusterTraefik | undefined;
  /** Whether other projects are known, whose routes its Traefik has as well. */
  readonly sharesTraefik: boolean;
  readonly entryPoints: EntryPoints;
  /** The machine's own address, and whether it was decided. */
  readonly machine: { readonly address: string; readonly isDecided: boolean };
  /** Whether the stack's Traefik is version 2 and its ways are to be kept. */
  readonly keepsVersion2: boolean;
  serviceFor(service: string, port: number): ServiceTarget | undefined;
  /** The compose service that a host name in a URL means, if any. */
  composeService(host: string): string | undefined;
  /** The address in the cluster of a host that is another project's service, on a network that both have. */
  neighbour(host: string): string | undefined;
  /** Where a mount of the stack's Traefik lies on the node; `undefined` of what is no directory there. */
  directoryOf(mount: Mount): string | undefined;
  /** Names in the cluster by qualified name. */
  readonly names: {
    readonly httpRouters: ReadonlyMap<string, string>;
    readonly httpServices: ReadonlyMap<string, string>;
    readonly httpTransports: ReadonlyMap<string, string>;
    readonly tcpTransports: ReadonlyMap<string, string>;
    readonly tlsOptions: ReadonlyMap<string, string>;
  };
  /** Middlewares that were converted: the names that stand for each, in order. */
  readonly httpMiddlewares: Map<string, readonly string[]>;
  readonly tcpMiddlewares: Map<string, readonly string[]>;
  /** Collected: objects that routes share, by kind and name. */
  readonly shared: Map<string, PlannedObject>;
  readonly required: RequiredPort[];
  /** Options of backends in TraefikServices by Service and port: Traefik keeps one set for each. */
  readonly backendOptions: Map<string, string>;
  /** Where Traefik's DNS has to look for names beside its own namespace. */
  readonly searches: Set<string>;
  /** What the stack uses that not every Traefik 3 has. */
  readonly newer: Set<string>;
  /** Of that, what the cluster's does not have. */
  readonly missing: MissingField[];
  readonly findings: Diagnostic[];
}

/** An object of Traefik's own API group. */
export function traefikObject(
  context: Pick<RouteContext, "namespace">,
  kind: string,
  name: string,
  spec: Readonly<Record<string, unknown>>,
): KubeObject {
  return { apiVersion: "traefik.io/v1alpha1", kind, metadata: { name, namespace: context.namespace }, spec };
}

/** Collects a shared object once. */
export function share(
  context: RouteContext,
  object: KubeObject,
  source: Span | undefined,
  service?: string,
): void {
  const key = `${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;
  context.shared.set(key, {
    object,
    ...(source === undefined ? {} : { source }),
    ...(service === undefined ? {} : { service }),
  });
}

/** Collects a finding about an element. */
export function report(
  context: RouteContext,
  severity: Severity,
  code: string,
  element: Pick<Element, "span">,
  message: string,
  hint: string,
): void {
  const { span } = element;
  // What several routes lead to is converted for each of them.
  const said = saidIn(context.findings);
  const key = JSON.stringify([code, message, span]);
  if (said.has(key)) return;
  said.add(key);
  context.findings.push({ code, severity, message, ...(span === undefined ? {} : { span }), hint });
}

/** What was reported of a conversion. */
const saidIn = oncePer((_: Diagnostic[]) => new Set<string>());

/** A copy without the keys whose value is undefined. */
export function compact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
