/** What Traefik would have learnt of a stack: from labels, and from the files that the stack's own Traefik mounts. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import { readRouting } from "../traefik/read_routing.ts";
import type { Routing } from "../traefik/routing.ts";
import { selectTraefikFiles } from "../traefik/traefik_files.ts";
import type { StackInput } from "./context.ts";
import { exposedPorts } from "./ports.ts";

/** The routing, and all that was found while its files were selected and read. */
export interface StackRouting {
  readonly routing: Routing;
  readonly findings: readonly Diagnostic[];
}

/** Reads the routing once for everybody: never throws for bad input. */
export function stackRouting(
  { project, bindSources, decisions, images }: Omit<StackInput, "routing">,
): StackRouting {
  const traefik = findTraefik(project);
  const selected = traefik === undefined
    ? { files: { dynamic: [] }, findings: [] }
    : selectTraefikFiles(traefik, bindSources);
  const exposed = exposedPorts(project, images, decisions);
  const routing = readRouting({ project, exposedPorts: exposed, files: selected.files });
  return { routing, findings: [...selected.findings, ...routing.findings] };
}
