/** Loads and converts a stack from disk, as the command line does, without a cluster. */
import { join } from "node:path";
import { load, readBindSources } from "../../compose/mod.ts";
import type { BindSources } from "../../compose/bind_source.ts";
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { convertStack as convert } from "../../lib/checks/convert_stack.ts";
import type { Conversion } from "../../lib/kube/conversion.ts";
import { type Decisions, parseDecisions } from "../../lib/decisions/decisions.ts";
import type { ImageFacts } from "../../lib/stack/known_images.ts";
import { NOTHING_SEEN, type Seen } from "../../lib/stack/seen.ts";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { asInCluster } from "../../lib/stack/as_in_cluster.ts";
import { stackRouting } from "../../lib/stack/stack_routing.ts";
import type { Routing } from "../../lib/traefik/routing.ts";

export interface Converted {
  readonly project: Project;
  readonly bindSources: BindSources;
  readonly decisions: Decisions;
  readonly routing: Routing;
  readonly conversion: Conversion;
  /** Everything said on the way, the loader's included. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What a stack is converted with. */
export interface StackInput {
  readonly directory: string;
  readonly files?: readonly string[];
  /** The text of decisions.yaml. */
  readonly decisions?: string;
  readonly images?: Readonly<Record<string, ImageFacts>>;
  /** What an engine told of containers. */
  readonly seen?: Partial<Seen>;
  readonly compatibility?: boolean;
}

/** Fails where the loader finds no project: a test's input is valid compose. */
export async function convertStack(input: StackInput): Promise<Converted> {
  const loaded = await load({
    directory: input.directory,
    environment: {},
    ...(input.files === undefined ? {} : { files: input.files }),
    ...(input.compatibility === undefined ? {} : { compatibility: input.compatibility }),
  });
  if (loaded.project === undefined) {
    throw new Error(loaded.diagnostics.map(({ message }) => message).join("\n"));
  }
  const { project, findings } = asInCluster(loaded.project);
  const bindSources = await readBindSources(project);
  const decided = parseDecisions(input.decisions ?? "", join(input.directory, "decisions.yaml"));
  const { decisions } = decided;
  const images = (image: string): ImageFacts | undefined => input.images?.[image];
  const { routing, findings: routed } = stackRouting({ project, bindSources, decisions, images });
  const symbolic = convert({
    project,
    bindSources,
    decisions,
    routing,
    images,
    ...(input.seen === undefined ? {} : { seen: { ...NOTHING_SEEN, ...input.seen } }),
  }).conversion;
  const conversion = symbolic.digests.resolve(symbolic, "");
  const diagnostics = [
    ...loaded.diagnostics,
    ...findings,
    ...decided.diagnostics,
    ...routed,
    ...conversion.findings,
  ];
  return { project, bindSources, decisions, routing, conversion, diagnostics };
}

/** Every object of a conversion, in the order of the migrations. */
export function objectsOf(conversion: Conversion): readonly PlannedObject[] {
  const services = [...conversion.services.values()];
  return [
    ...conversion.namespaces,
    ...conversion.storage,
    ...conversion.configuration,
    ...conversion.traefik,
    ...services.flatMap(({ network, workload, routes }) => [...network, ...workload, ...routes]),
    ...conversion.routes,
    ...conversion.front,
  ];
}
