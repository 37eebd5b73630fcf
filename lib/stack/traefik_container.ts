/** What the stack's Traefik has in its container, from all that is known of the stack. */
import type { BindSources, VolumeSources } from "../../compose/bind_source.ts";
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { type ContainerFiles, containerFiles } from "../traefik/container_files.ts";
import { findTraefik, type FoundTraefik } from "../traefik/find_traefik.ts";
import { selectTraefikFiles, type TraefikFiles } from "../traefik/traefik_files.ts";
import { fileObjectsAt } from "./file_objects_at.ts";

/** What lies on this machine. */
export interface SeenFiles {
  readonly bindSources: BindSources;
  readonly volumeSources?: VolumeSources;
}

/** The files of a Traefik's container. */
export function traefikContainer(project: Project, found: FoundTraefik, seen: SeenFiles): ContainerFiles {
  const objects = fileObjectsAt(project, seen.bindSources, project.services[found.service]);
  const mounts = found.mounts.map((mount, index) => {
    const span = project.span(["services", found.service, "volumes", index]);
    return { mount, ...(span === undefined ? {} : { span }) };
  });
  return containerFiles(mounts, objects, seen);
}

/** The files that it reads; none where the stack has no Traefik. */
export function traefikFilesOf(
  project: Project,
  seen: SeenFiles,
): { readonly files: TraefikFiles; readonly findings: readonly Diagnostic[] } {
  const found = findTraefik(project);
  if (found === undefined) return { files: { dynamic: [] }, findings: [] };
  const place = project.span(["services", found.service]);
  return selectTraefikFiles(found, traefikContainer(project, found, seen), place);
}
