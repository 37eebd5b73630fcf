/** Where a value was written: the characters of its file that it was read from. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import type { DotenvValue } from "./dotenv.ts";
import { type Node, nodeSpan } from "../tree/node.ts";
import { type Source, spanOf } from "../tree/source.ts";

/** The characters of one value, quotes included, before variables are replaced in it. */
export interface Written {
  /** Absolute path of the file. */
  readonly path: string;
  /** The whole text of the file. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly syntax: "dotenv" | "raw" | "yaml";
  /** For a reader: in an env file the place of the key. */
  readonly span: Span;
  /** The name of the variable that is inherited, where only a name is written. */
  readonly inherits?: string;
}

/** The place of a scalar of a compose file; nothing for mappings and sequences. */
export function writtenNode(node: Node): Written | undefined {
  if (node.kind !== "scalar") return undefined;
  const { source, start, end } = node;
  return { path: source.path, text: source.text, start, end, syntax: "yaml", span: nodeSpan(node) };
}

/** The place of a value of an env file. */
export function writtenVariable(
  source: Source,
  key: string,
  { offset, written }: DotenvValue,
  syntax: "dotenv" | "raw" = "dotenv",
): Written {
  return {
    path: source.path,
    text: source.text,
    start: written?.start ?? offset,
    end: written?.end ?? offset + key.length,
    syntax,
    span: spanOf(source, offset, offset + key.length),
    ...(written === undefined ? { inherits: key } : {}),
  };
}
