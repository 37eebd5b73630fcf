/** A text that was read, and the way from an offset in it to a line and a column. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";

/** One file's text. Line starts are found when the first span is asked for. */
export interface Source {
  /** The name that spans carry: relative to the stack's directory where the file lies below it. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
  lineStarts?: readonly number[];
}

/** The source of a text, before anything is known about its lines. */
export function sourceOf(name: string, path: string, text: string): Source {
  return { name, path, text };
}

/** The span of the characters from `start` up to, without, `end`. Columns count UTF-16 units from 1. */
export function spanOf(source: Source, start: number, end: number): Span {
  const starts = source.lineStarts ??= findLineStarts(source.text);
  const line = lineAt(starts, start);
  const endLine = lineAt(starts, Math.max(start, end));
  return {
    file: source.name,
    line: line + 1,
    column: start - (starts[line] ?? 0) + 1,
    endLine: endLine + 1,
    endColumn: Math.max(start, end) - (starts[endLine] ?? 0) + 1,
  };
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Binary search for the last line that starts at or before the offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
