/** Places as the page names them. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { StackView } from "../stack_view.ts";

/** `docker-compose.yml:8:3`, relative to the stack's folder; empty without a place. */
export function placeIn({ facts }: Pick<StackView, "facts">, span: Span | undefined): string {
  return span === undefined ? "" : `${fileIn({ facts }, span.file)}:${span.line}:${span.column}`;
}

/** A file relative to the stack's folder, where it lies there. */
export function fileIn({ facts: { project } }: Pick<StackView, "facts">, file: string): string {
  const prefix = `${project.workingDir.replace(/\/$/, "")}/`;
  return file.startsWith(prefix) ? file.slice(prefix.length) : file;
}
