/** What a stack is judged and converted from, and the place where findings are left. */
import type { BindSources, VolumeSources } from "../../compose/bind_source.ts";
import type { Path, Project, Service } from "../../compose/project.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import type { Routing } from "../traefik/routing.ts";
import type { Decisions, ServiceDecision } from "../decisions/decisions.ts";
import type { ImageFacts } from "./image_facts.ts";
import type { RegistryLogins } from "./registry_logins.ts";
import type { Seen } from "./seen.ts";

/** Facts about an image that an engine or a registry told; `undefined` where nobody could. */
export type ImageLookup = (image: string) => ImageFacts | undefined;

/** Another project of the machine, and where its objects are. */
export interface Neighbour {
  readonly project: Project;
  readonly namespace: string;
  /** Its services that are not moved. */
  readonly skipped: ReadonlySet<string>;
}

/** A stack as it was read. */
export interface StackInput {
  readonly project: Project;
  readonly bindSources: BindSources;
  /** What lies in named volumes that its Traefik reads from; absent: none can be read here. */
  readonly volumeSources?: VolumeSources;
  readonly decisions: Decisions;
  readonly routing: Routing;
  readonly images: ImageLookup;
  /** Other projects of the machine, in the order in which their names count. */
  readonly otherProjects?: readonly Neighbour[];
  /** Docker's logins to registries on this machine. */
  readonly logins?: RegistryLogins;
  /** What an engine told of containers, now or when the stack was first moved. */
  readonly seen?: Seen;
  /** The target has the stack already, and no network policies for it. */
  readonly movedWithoutPolicies?: boolean;
}

/** The input with the namespace of its objects, and a growing list of findings. */
export interface Context extends StackInput {
  readonly namespace: string;
  report(finding: Diagnostic): void;
}

/** The decisions about one service; empty where there are none. */
export function decided(decisions: Decisions, service: string): ServiceDecision {
  return Object.hasOwn(decisions.services ?? {}, service) ? decisions.services?.[service] ?? {} : {};
}

/** The place of `path` in the compose files, in the shape that a finding takes. */
export function at(project: Project, path: Path): { span?: Span } {
  const span = project.span(path);
  return span === undefined ? {} : { span };
}

/** The image that a service runs: decided, else of the compose file. */
export function imageOf(decisions: Decisions, service: Service): string | undefined {
  return decided(decisions, service.name).image ?? service.image;
}

/** Whether the service is moved at all. */
export function isSkipped(decisions: Decisions, service: string): boolean {
  return decided(decisions, service).skip !== undefined;
}
