/** The texts that a service has as files: of its bind mounts, and of compose's own `configs` and `secrets`. */
import type { BindSources } from "../../../compose/bind_source.ts";
import type { FileObject, Project, Service } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { relativePath } from "../relative_path.ts";
import { contentOf } from "./file_object.ts";
import { decodeText, textFiles } from "./text_files.ts";

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
  const text = definition === undefined
    ? undefined
    : decodeText(contentOf({ project, bindSources }, definition));
  if (text === undefined) return [];
  const place = `${section}.${name}`;
  return [{ path: place, name: place, text, spanAt: writtenPlace(project, section, name) }];
}

function onDisk(project: Project, source: string, bindSources: BindSources): FileText[] {
  return textFiles(source, bindSources.get(source)).map(({ path, text }) => {
    const file = relativePath(project, path);
    return { path, name: file, text, spanAt: (line, column) => ({ file, line, column }) };
  });
}

/** Of a literal block the line; else the place of the whole value. */
function writtenPlace(project: Project, section: string, name: string): FileText["spanAt"] {
  const whole = project.span([section, name, "content"]);
  const written = project.written([section, name, "content"]);
  const raw = written?.text.slice(written.start, written.end) ?? "";
  if (whole === undefined || !raw.startsWith("|")) return () => whole;
  const lines = raw.split("\n").slice(1);
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length),
  );
  return (line, column) =>
    line > lines.length ? whole : { file: whole.file, line: whole.line + line, column: indent + column };
}
