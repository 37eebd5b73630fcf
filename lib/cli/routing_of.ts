/** Reads what Traefik learnt of a stack, be it the stack's own or that of another project. */
import type { ConvertInput } from "../checks/convert_stack.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { exposedPorts } from "../stack/ports.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import { readRouting } from "../traefik/read_routing.ts";
import type { Routing } from "../traefik/routing.ts";
import { selectTraefikFiles } from "../traefik/traefik_files.ts";
import { otherDefinitions, type OtherProjects, otherTraefik } from "./other_projects.ts";

/** What Traefik would have learnt; its files come from the mounts of the stack's own Traefik. */
export function routingOf(
  { project, bindSources, decisions, images }: Omit<ConvertInput, "routing">,
  others: OtherProjects,
  diagnostics: Diagnostic[],
): Routing {
  const traefik = findTraefik(project);
  const selected = traefik === undefined
    ? { files: { dynamic: [] }, findings: [] }
    : selectTraefikFiles(traefik, bindSources);
  const exposed = exposedPorts(project, images, decisions);
  const elsewhere = otherTraefik(others);
  const routing = readRouting({
    project,
    exposedPorts: exposed,
    files: selected.files,
    ...(elsewhere === undefined ? {} : { elsewhere }),
    ...(others.projects.length === 0 ? {} : { others: otherDefinitions(project, others) }),
  });
  diagnostics.push(...selected.findings, ...routing.findings);
  return routing;
}
