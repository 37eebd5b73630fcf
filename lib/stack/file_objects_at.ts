/** compose's own `secrets` and `configs` as files of a service: their paths, their texts, and where these are written. */
import type { BindSources } from "../../compose/bind_source.ts";
import type { FileReference, Project, Service } from "../../compose/project.ts";
import type { MountedObject } from "../traefik/container_files.ts";
import { contentOf } from "./texts/file_object.ts";
import { decodeText } from "./texts/text_files.ts";
import { writtenPlace } from "./texts/written_place.ts";

/** Where a reference lies in the container: compose's own rule. */
export function targetOf(section: "configs" | "secrets", { source, target }: FileReference): string {
  if (target?.startsWith("/") === true) return target;
  return section === "secrets" ? `/run/secrets/${target ?? source}` : `/${target ?? source}`;
}

/** Those that a service is given, with the texts that are at hand. */
export function fileObjectsAt(
  project: Project,
  bindSources: BindSources,
  service: Service | undefined,
): readonly MountedObject[] {
  return (["configs", "secrets"] as const).flatMap((section) =>
    (service?.[section] ?? []).map((reference, index): MountedObject => {
      const object = project[section][reference.source] ?? {};
      const text = decodeText(contentOf({ project, bindSources }, object));
      const placeOf = writtenPlace(project, [section, reference.source], object);
      const span = project.span(["services", service?.name ?? "", section, index]);
      return {
        target: targetOf(section, reference),
        what: `${section === "configs" ? "config" : "secret"} "${reference.source}"`,
        ...(text === undefined ? {} : { text }),
        ...(object.file === undefined ? {} : { file: object.file }),
        ...(placeOf === undefined ? {} : { placeOf }),
        ...(span === undefined ? {} : { span }),
      };
    })
  );
}
