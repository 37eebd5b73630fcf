/** A TOML text (https://toml.io/en/v1.0.0), as Traefik's configuration files may be. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import {
  bareText,
  type Cursor,
  cursorOn,
  endOfLine,
  fail,
  type KeyPart,
  keyParts,
  sees,
  skipBlanks,
  skipLines,
  spanFrom,
  take,
  textIn,
} from "./scan.ts";
import { tableAt, TomlError, type TomlTable, type TomlValue } from "./value.ts";

/** Reads the text up to its first fault: what follows one cannot be told for sure. */
export function parseToml(
  file: string,
  text: string,
): { readonly root: TomlTable } | { readonly reason: string; readonly span: Span } {
  const cursor = cursorOn(file, text.replace(/^\uFEFF/, ""));
  const root = tableAt(spanFrom(cursor, 0));
  try {
    let table = root;
    for (skipLines(cursor); cursor.at < cursor.text.length; skipLines(cursor)) {
      if (sees(cursor, "[")) table = header(cursor, root);
      else keyValue(cursor, table);
      endOfLine(cursor);
    }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { reason: error.reason, span: error.span };
  }
  return { root };
}

/** `[table]` or `[[list of tables]]`: the table that the next lines are for. */
function header(cursor: Cursor, root: TomlTable): TomlTable {
  const brackets = take(cursor, "[[") ? "]]" : "]";
  if (brackets === "]") take(cursor, "[");
  const parts = keyParts(cursor);
  if (!take(cursor, brackets)) fail(cursor, `a header has no closing ${brackets}`);
  const last = parts.at(-1) as KeyPart;
  const parent = descend(root, parts.slice(0, -1));
  const there = parent.entries.get(last.name)?.value;
  if (brackets === "]]") {
    const item = tableAt(last.span, { isWritten: true });
    if (there === undefined) {
      const value: TomlValue = { kind: "list", items: [item], isOfHeaders: true };
      parent.entries.set(last.name, { value, span: last.span });
    } else if (there.kind === "list" && there.isOfHeaders) there.items.push(item);
    else twice(last);
    return item;
  }
  if (there === undefined) return child(parent, last, true);
  if (there.kind !== "table" || there.isWritten || there.isInline) return twice(last);
  there.isWritten = true;
  return there;
}

function keyValue(cursor: Cursor, table: TomlTable): void {
  const parts = keyParts(cursor);
  if (!take(cursor, "=")) fail(cursor, "a = is missing after the key");
  skipBlanks(cursor);
  const value = valueAt(cursor);
  const last = parts.at(-1) as KeyPart;
  const parent = descend(table, parts.slice(0, -1));
  if (parent.entries.has(last.name)) twice(last);
  parent.entries.set(last.name, { value, span: last.span });
}

function valueAt(cursor: Cursor): TomlValue {
  if (sees(cursor, "[")) return listAt(cursor);
  if (sees(cursor, "{")) return inlineTable(cursor);
  const text = sees(cursor, '"') || sees(cursor, "'") ? textIn(cursor) : bareText(cursor);
  return { kind: "text", text };
}

function listAt(cursor: Cursor): TomlValue {
  const start = cursor.at;
  const items: TomlValue[] = [];
  take(cursor, "[");
  for (skipLines(cursor); !take(cursor, "]"); skipLines(cursor)) {
    if (cursor.at >= cursor.text.length) fail(cursor, "a list has no closing ]", start);
    items.push(valueAt(cursor));
    skipLines(cursor);
    if (cursor.at >= cursor.text.length) continue;
    if (!take(cursor, ",") && !sees(cursor, "]")) fail(cursor, "a comma is missing in a list");
  }
  return { kind: "list", items, isOfHeaders: false };
}

function inlineTable(cursor: Cursor): TomlValue {
  const start = cursor.at;
  const table = tableAt(spanFrom(cursor, start), { isInline: true });
  take(cursor, "{");
  for (skipLines(cursor); !take(cursor, "}"); skipLines(cursor)) {
    if (cursor.at >= cursor.text.length) fail(cursor, "a table has no closing }", start);
    keyValue(cursor, table);
    skipLines(cursor);
    if (cursor.at >= cursor.text.length) continue;
    if (!take(cursor, ",") && !sees(cursor, "}")) fail(cursor, "a comma is missing in a table");
  }
  return table;
}

/** The table that a path leads to; those on the way are made, and of a list of tables it is the last. */
function descend(from: TomlTable, parts: readonly KeyPart[]): TomlTable {
  let table = from;
  for (const part of parts) {
    const there = table.entries.get(part.name)?.value;
    const next = there?.kind === "list" && there.isOfHeaders ? there.items.at(-1) : there;
    if (next === undefined) table = child(table, part, false);
    else if (next.kind === "table" && !next.isInline) table = next;
    else twice(part);
  }
  return table;
}

function child(parent: TomlTable, { name, span }: KeyPart, isWritten: boolean): TomlTable {
  const table = tableAt(span, { isWritten });
  parent.entries.set(name, { value: table, span });
  return table;
}

function twice({ name, span }: KeyPart): never {
  throw new TomlError(`"${name}" is there a second time`, span);
}
