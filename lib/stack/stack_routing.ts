/** What Traefik would have learnt of a stack: from labels, and from the files that the stack's own Traefik mounts. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import type { OtherDefinitions, OtherTraefik } from "../traefik/other_traefik.ts";
import { readRouting } from "../traefik/read_routing.ts";
import type { Routing } from "../traefik/routing.ts";
import { selectTraefikFiles } from "../traefik/traefik_files.ts";
import type { StackInput } from "./context.ts";
import { fileObjectsAt } from "./file_objects_at.ts";
import { exposedPorts, mayExposeMore } from "./ports.ts";

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
export function stackRouting(
  { project, bindSources, decisions, images, elsewhere, others }: StackRoutingInput,
): StackRouting {
  const traefik = findTraefik(project);
  const selected = traefik === undefined ? { files: { dynamic: [] }, findings: [] } : selectTraefikFiles(
    traefik,
    bindSources,
    fileObjectsAt(project, bindSources, project.services[traefik.service]),
  );
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
