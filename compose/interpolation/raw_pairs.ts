/**
 * Reads an `env_file` of format `raw`: what stands behind the first `=` of a line is the value, with its quotes, dollars
 * and blanks. The grammar is that of `docker run --env-file` (docker/cli, pkg/kvfile), which compose registers for it.
 */
import type { Dotenv, DotenvProblem, DotenvValue } from "./dotenv.ts";
import type { Lookup } from "./template.ts";

/** Reads a text. A name alone is looked up, and left out where nobody knows it. */
export function readRawPairs(text: string, lookup: Lookup): Dotenv {
  const values = new Map<string, DotenvValue>();
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const problem = readLine(text, start, text[end - 1] === "\r" ? end - 1 : end, values, lookup);
    if (problem !== undefined) return { values, problem };
    start = end + 1;
  }
  return { values };
}

function readLine(
  text: string,
  start: number,
  end: number,
  values: Map<string, DotenvValue>,
  lookup: Lookup,
): DotenvProblem | undefined {
  const line = text.slice(start, end);
  const from = start + (line.length - line.trimStart().length);
  if (from >= end || text[from] === "#") return undefined;
  const equals = text.indexOf("=", from);
  const hasValue = equals >= 0 && equals < end;
  const key = text.slice(from, hasValue ? equals : end);
  if (key === "") return refused("A value needs a key before it", from, equals + 1);
  if (/[ \t]/.test(key)) return refused("A key cannot contain a blank", from, from + key.length);
  if (hasValue) {
    const written = { start: equals + 1, end };
    values.set(key, { value: text.slice(equals + 1, end), offset: from, written });
    return undefined;
  }
  const value = lookup(key);
  if (value !== undefined) values.set(key, { value, offset: from });
  return undefined;
}

function refused(message: string, start: number, end: number): DotenvProblem {
  return { message, start, end, hint: "write NAME=value, one to a line, as for docker run --env-file" };
}
