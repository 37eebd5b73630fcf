/** YAML texts of which every part knows its place. */
import { type Document, LineCounter, parseDocument } from "yaml";
import type { Span } from "./diagnostic.ts";
import { withoutValue } from "./yaml_message.ts";

/** A text as the YAML library reads it, each key once, and what is wrong with it. */
export interface PositionedYaml {
  readonly document: Document;
  /** Each without a full stop, and without the text itself. */
  readonly problems: readonly { readonly message: string; readonly span: Span }[];
  /** The place of a node; nothing where it has none. */
  place(node: { readonly range?: readonly number[] | null } | null | undefined): Span | undefined;
}

/** Reads a text; `file` is what its places are said to be in. */
export function readYaml(file: string, text: string): PositionedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const spanAt = ([start = 0, end = start]: readonly number[]): Span => {
    const from = lines.linePos(start);
    const to = lines.linePos(end);
    return { file, line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
  };
  return {
    document,
    problems: document.errors.map((error) => ({
      message: (withoutValue(error.message).split("\n")[0] ?? "").replace(/\.$/, ""),
      span: spanAt(error.pos),
    })),
    place: (node) => node?.range === undefined || node.range === null ? undefined : spanAt(node.range),
  };
}
