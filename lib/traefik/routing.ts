/**
 * What Traefik would have learnt from a stack: the dynamic configuration by provider, in Traefik's own words
 * (the JSON names of its `dynamic.Configuration`), with the place where each element was written.
 */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";

/** An element of a dynamic configuration, its fields spelled as in Traefik's JSON (camelCase). */
export type Fields = Readonly<Record<string, unknown>>;

/** One router, service, middleware, transport, TLS option or store. */
export interface Element {
  /** With its provider: `auth@docker`, `test-compress@file`. */
  readonly name: string;
  readonly fields: Fields;
  readonly span?: Span;
  /** The compose services whose labels defined it (several where Traefik merges them). */
  readonly services: readonly string[];
  /** Of a docker service: the compose service and container port each server stands for. */
  readonly servers?: readonly { readonly service: string; readonly port: number }[];
}

/** The sections of a dynamic configuration, elements by their qualified names. */
export interface ElementSection {
  readonly routers: ReadonlyMap<string, Element>;
  readonly services: ReadonlyMap<string, Element>;
  readonly middlewares: ReadonlyMap<string, Element>;
  readonly serversTransports: ReadonlyMap<string, Element>;
}

/** Everything routed, from labels and files, before any thought of Kubernetes. */
export interface Routing {
  readonly http: ElementSection;
  readonly tcp: ElementSection;
  readonly udp: Pick<ElementSection, "routers" | "services">;
  readonly tls: {
    readonly options: ReadonlyMap<string, Element>;
    readonly stores: ReadonlyMap<string, Element>;
    readonly certificates: readonly Element[];
  };
  /** The static configuration (traefik.yml, command line, environment), as far as it was found. */
  readonly static?: { readonly fields: Fields; readonly span?: Span };
  /** The compose service that is Traefik itself, if the stack has one: it is replaced, not converted. */
  readonly traefikService?: string;
  /** Its version as far as the image's tag says: `2.7.1`, `3`. */
  readonly traefikVersion?: string;
  /** Labels below `deploy` are routes, too: its Traefik asks swarm. */
  readonly readsDeployLabels?: boolean;
  /** How rules without a syntax of their own are read: Traefik 2 knows `v2` only. Absent where no Traefik is known. */
  readonly defaultRuleSyntax?: "v2" | "v3";
  /** The Traefik of another project that the stack's labels are for: that project moves and configures it. */
  readonly elsewhere?: { readonly from: string; readonly project: Project; readonly service: string };
  /** Files that nobody can see here may define what a router refers to; that is said. */
  readonly isIncomplete?: boolean;
  readonly findings: readonly Diagnostic[];
}
