/** compose's own `secrets` and `configs` as files of a service: their paths, their texts, and where these are written. */
import type { BindSources } from "../../compose/bind_source.ts";
import type { FileObject, FileReference, Path, Project, Service } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { MountedObject } from "../traefik/container_files.ts";
import type { PlaceOf } from "../traefik/named_text.ts";
import { contentOf } from "./texts/file_object.ts";

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
  const decoder = new TextDecoder();
  return (["configs", "secrets"] as const).flatMap((section) =>
    (service?.[section] ?? []).map((reference, index): MountedObject => {
      const object = project[section][reference.source] ?? {};
      const content = contentOf({ project, bindSources }, object);
      const placeOf = placeOfText(project, [section, reference.source], object);
      const span = project.span(["services", service?.name ?? "", section, index]);
      return {
        target: targetOf(section, reference),
        what: `${section === "configs" ? "config" : "secret"} "${reference.source}"`,
        ...(content === undefined ? {} : { text: decoder.decode(content) }),
        ...(object.file === undefined ? {} : { file: object.file }),
        ...(placeOf === undefined ? {} : { placeOf }),
        ...(span === undefined ? {} : { span }),
      };
    })
  );
}

/**
 * Its own place where the text is a file's. A block of literal text (YAML 1.2.2, 8.1.2) is in the compose file line by line,
 * behind its indentation; any other form, and what comes from a variable, has one place for all of it.
 */
function placeOfText(
  project: Project,
  path: Path,
  { content, environment }: FileObject,
): PlaceOf | undefined {
  const key = content !== undefined ? "content" : environment !== undefined ? "environment" : undefined;
  if (key === undefined) return undefined;
  const whole = project.span([...path, key]);
  if (whole === undefined) return undefined;
  const written = key === "content" ? project.written([...path, key]) : undefined;
  const lines = written?.text.slice(written.start, written.end).split("\n") ?? [];
  if (!/^\|/.test(lines[0] ?? "")) return () => whole;
  const indentation = /^ */.exec(lines.slice(1).find((line) => line.trim() !== "") ?? "")?.[0].length ?? 0;
  const shifted = (span: Span): Span => ({
    ...span,
    file: whole.file,
    line: whole.line + span.line,
    column: indentation + span.column,
    ...(span.endLine === undefined ? {} : { endLine: whole.line + span.endLine }),
    ...(span.endColumn === undefined ? {} : { endColumn: indentation + span.endColumn }),
  });
  return (span) => span.line < lines.length ? shifted(span) : whole;
}
