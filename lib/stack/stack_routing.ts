/** What Traefik would have learnt of a stack: from labels, and from the files that the stack's own Traefik mounts. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { OtherDefinitions, OtherTraefik } from "../traefik/other_traefik.ts";
import { readRouting } from "../traefik/read_routing.ts";
import type { Routing } from "../traefik/routing.ts";
import type { StackInput } from "./context.ts";
import { exposedPorts, mayExposeMore } from "./ports.ts";
import { traefikFilesOf } from "./traefik_container.ts";

/** The routing, and all that was found while its files were selected and read. */
export interface StackRouting {
  readonly routing: Routing;
  readonly findings: readonly Diagnostic[];
}

/** The stack, and what other projects have to do with its routes. */
export interface StackRoutingInput extends Omit<StackInput, "routing"> {
  readonly elsewhere?: OtherTraefik;
  readonly others?: OtherDefinitions;
}

/** Reads the routing once for everybody: never throws for bad input. */
export function stackRouting(input: StackRoutingInput): StackRouting {
  const { project, decisions, images, elsewhere, others } = input;
  const selected = traefikFilesOf(project, input);
  const routing = readRouting({
    project,
    exposedPorts: exposedPorts(project, images, decisions),
    mayExposeMore: mayExposeMore(project, images, decisions),
    files: selected.files,
    ...(elsewhere === undefined ? {} : { elsewhere }),
    ...(others === undefined ? {} : { others }),
  });
  return { routing, findings: [...selected.findings, ...routing.findings] };
}
