/** Sets entries of a YAML text with a comment above each that says why; every other byte stays. */
import { isDeepStrictEqual } from "node:util";
import { parseDocument, stringify } from "yaml";
import { type EntryPath, withEntry } from "./edit_text.ts";
import { lineBreak, lineStart } from "./text_lines.ts";

/** An entry to be written. */
export interface CommentedEntry {
  readonly path: EntryPath;
  readonly value: unknown;
}

/**
 * The text with all entries, the comment above the first of them.
 * @returns undefined where an entry cannot be written without touching more
 */
export function withCommentedEntries(
  text: string,
  entries: readonly CommentedEntry[],
  comment: string,
): string | undefined {
  let edited = text;
  for (const [index, { path, value }] of entries.entries()) {
    const next = withEntry(edited, path, { text: flowText(value), value });
    if (next === undefined) return undefined;
    edited = index === 0 ? commented(edited, next, comment) : next;
  }
  return edited;
}

/** On one line, so that it may stand inside a flow collection. */
function flowText(value: unknown): string {
  if (typeof value === "string") {
    const plain = stringify([value], { collectionStyle: "flow", lineWidth: 0 }).trim();
    return plain.replace(/^\[ ?/, "").replace(/ ?\]$/, "");
  }
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}

/** A line of comment above the line on which the texts begin to differ, as deep as that line. */
function commented(before: string, after: string, comment: string): string {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  // What was put behind a line begins with its line break, in a flow collection with a comma before that.
  const changed = at + (/^,?[\r\n]+/.exec(after.slice(at))?.[0].length ?? 0);
  const start = lineStart(after, changed);
  const indent = /^[ \t]*/.exec(after.slice(start))?.[0] ?? "";
  const line = `${indent}# ${comment.replaceAll(/\s+/g, " ")}${lineBreak(after)}`;
  const edited = `${after.slice(0, start)}${line}${after.slice(start)}`;
  const read = parseDocument(edited, { prettyErrors: false });
  const same = read.errors.length === 0 &&
    isDeepStrictEqual(read.toJS(), parseDocument(after, { prettyErrors: false }).toJS());
  return same ? edited : after;
}
