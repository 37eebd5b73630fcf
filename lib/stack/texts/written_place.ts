/** Where the texts of compose's own `configs` and `secrets` are written. */
import type { FileObject, Path, Project } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { PlaceOf } from "../../traefik/named_text.ts";

/**
 * Where a place of the text is in a compose file; nothing where the text is a file's. A block of literal text (YAML 1.2.2,
 * 8.1.2) is there line by line, behind its indentation; any other form, and what comes from a variable, has one place for
 * all of it. `path` is the object's.
 */
export function writtenPlace(
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
  // The least, as with an indicator (`|2`) the first line may be deeper.
  const indented = lines.slice(1).filter((line) => line.trim() !== "");
  const indentation = indented.length === 0
    ? 0
    : Math.min(...indented.map((line) => line.length - line.trimStart().length));
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
