/** The texts that a service has as files: of its bind mounts, and of compose's own `configs` and `secrets`. */
import type { BindSources } from "../../../compose/bind_source.ts";
import type { FileObject, Project, Service } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { PlaceOf } from "../../traefik/named_text.ts";
import { oncePerPair } from "../../values/once_per.ts";
import { relativePath } from "../relative_path.ts";
import { contentOf } from "./file_object.ts";
import { decodeText, textFiles } from "./text_files.ts";
import { writtenPlace } from "./written_place.ts";

/** One text, with what tells its place. */
export interface FileText {
  /** Absolute; of what is written in the compose file or comes from a variable `configs.NAME`. */
  readonly path: string;
  /** For people: the path below the project's folder, or `configs.NAME`. */
  readonly name: string;
  readonly text: string;
  /** Where a line and a column of it, both from 1, are written. */
  spanAt(line: number, column: number): Span | undefined;
}

/** All of a service, those of the project's own folder included. */
export function fileTexts(project: Project, service: Service, bindSources: BindSources): FileText[] {
  const mounted = (service.volumes ?? []).flatMap(({ type, source }) =>
    type === "bind" && source !== undefined ? onDisk(project, source, bindSources) : []
  );
  const objects = (["configs", "secrets"] as const).flatMap((section) =>
    (service[section] ?? []).flatMap(({ source }) =>
      objectTexts(project, section, source, project[section][source], bindSources)
    )
  );
  return [...mounted, ...objects];
}

/** The texts of one of compose's own `configs` and `secrets`: of its file, else what is written or the variable's. */
export function objectTexts(
  project: Project,
  section: "configs" | "secrets",
  name: string,
  definition: FileObject | undefined,
  bindSources: BindSources,
): FileText[] {
  if (definition?.file !== undefined) return onDisk(project, definition.file, bindSources);
  const text = definition === undefined ? undefined : textOf(project, definition);
  if (text === undefined) return [];
  const place = `${section}.${name}`;
  // Most texts have nothing to point at.
  let placeOf: { readonly at: PlaceOf | undefined } | undefined;
  const spanAt: FileText["spanAt"] = (line, column) => {
    placeOf ??= { at: writtenPlace(project, [section, name], definition ?? {}) };
    return placeOf.at?.({ file: place, line, column });
  };
  return [{ path: place, name: place, text, spanAt }];
}

/** What is written, or the variable's; once, as many services may have it. */
const textOf = oncePerPair((project: Project, definition: FileObject): string | undefined =>
  decodeText(contentOf({ project, bindSources: new Map() }, definition))
);

function onDisk(project: Project, source: string, bindSources: BindSources): FileText[] {
  return textFiles(source, bindSources.get(source)).map(({ path, text }) => {
    const file = relativePath(project, path);
    return { path, name: file, text, spanAt: (line, column) => ({ file, line, column }) };
  });
}
