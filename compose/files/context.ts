/** What the phases of one load share: the disk's texts that were read, the report, and where paths are named from. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import { readText, type TextRead } from "./disk.ts";
import { cleanPath } from "./paths.ts";
import type { Report } from "../tree/report.ts";
import { type Source, sourceOf, spanOf } from "../tree/source.ts";
import type { Written } from "../interpolation/written.ts";

export interface LoadContext {
  readonly report: Report;
  /** The directory that file names are shown relative to. */
  readonly directory: string;
  readonly home: string | undefined;
  /** The texts that spans may point into, by the name that the spans carry. */
  readonly sources: Map<string, string>;
  readonly texts: Map<string, Promise<TextRead>>;
  /** Contents that take the place of what lies on disk, by real path. */
  readonly edited: ReadonlyMap<string, Uint8Array>;
  /** Where the variables for interpolation were written, as far as they come from files. */
  readonly variables: Map<string, Written>;
}

/** A file's name in messages: relative to the stack's directory where it lies below it. */
export function nameOf(path: string, context: LoadContext): string {
  const prefix = context.directory === "/" ? "/" : `${context.directory}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** Reads a text once for a load. */
export function readOnce(path: string, context: LoadContext): Promise<TextRead> {
  const clean = cleanPath(path);
  const found = context.texts.get(clean) ?? readText(clean, context.edited);
  context.texts.set(clean, found);
  return found;
}

/** The source of a compose file, whose text may be shown in messages. */
export function composeSource(path: string, text: string, context: LoadContext): Source {
  const name = nameOf(path, context);
  context.sources.set(name, text);
  return sourceOf(name, path, text);
}

/** The source of a file of variables: its values may be secret, so what is shown has them blacked out. */
export function variablesSource(path: string, text: string, context: LoadContext): Source {
  const name = nameOf(path, context);
  if (!context.sources.has(name)) context.sources.set(name, maskValues(text));
  return sourceOf(name, path, text);
}

/** Keeps comments and what stands before a line's `=`; every other letter becomes a star. */
function maskValues(text: string): string {
  return text.split("\n").map((line) => {
    if (line.trimStart().startsWith("#")) return line;
    const key = /^\s*(?:export\s+)?[\w.\-[\]]+\s*[=:]/.exec(line)?.[0] ?? "";
    return key + line.slice(key.length).replaceAll(/\S/g, "*");
  }).join("\n");
}

/** The first character of a file, for problems that concern it as a whole. */
export function fileStart(path: string, context: LoadContext): Span {
  return { file: nameOf(path, context), line: 1, column: 1, endLine: 1, endColumn: 2 };
}

/** The place in a file that is not valid UTF-8, if that is what is wrong with it. */
export function unreadableSpan(path: string, read: TextRead, context: LoadContext): Span {
  const offset = "reason" in read ? read.offset : undefined;
  if (offset === undefined) return fileStart(path, context);
  return spanOf(sourceOf(nameOf(path, context), path, ""), offset, offset + 1);
}
