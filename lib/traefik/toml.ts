/** A TOML text (https://toml.io/en/v1.0.0), as Traefik's configuration files may be, with the place of each key. */
import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import type { Span } from "../diagnostics/diagnostic.ts";

export type TomlValue = TomlText | TomlList | TomlTable;

/** A text, number, date or boolean, as Traefik has it once it is a text. */
export interface TomlText {
  readonly kind: "text";
  readonly text: string;
}

export interface TomlList {
  readonly kind: "list";
  readonly items: TomlValue[];
}

export interface TomlTable {
  readonly kind: "table";
  readonly entries: Map<string, TomlEntry>;
  /** Where it is opened; of one that is there because something below it was named, there. */
  readonly span: Span;
}

interface TomlEntry {
  readonly value: TomlValue;
  readonly span: Span;
}

type Place = (node: AST.TOMLNode) => Span;

/** Reads the text up to its first fault: what follows one cannot be told for sure. */
export function parseToml(
  file: string,
  written: string,
): { readonly root: TomlTable } | { readonly reason: string; readonly span: Span } {
  const text = written.replace(/^\uFEFF/, "");
  try {
    const { body: [top] } = parseTOML(text, { tomlVersion: "1.0" });
    return { root: tableOf(top, ({ loc }) => spanOf(file, loc)) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const at = { line: error.lineNumber, column: error.column };
    return { reason: reasonOf(error, text), span: spanOf(file, { start: at, end: at }) };
  }
}

/** The one fault that people make: TOML has no text without quotes. */
function reasonOf({ message, index }: ParseError, text: string): string {
  const [word] = /^[A-Za-z][^\s,\]}#]*/.exec(text.slice(index)) ?? [];
  const isWord = message === "Unexpected character" && word !== undefined;
  return isWord ? `"${word}" is no value: a text stands in quotes` : message;
}

function spanOf(file: string, { start, end }: AST.SourceLocation): Span {
  return {
    file,
    line: start.line,
    column: start.column + 1,
    endLine: end.line,
    endColumn: end.column + 1,
  };
}

function tableOf(top: AST.TOMLTopLevelTable, place: Place): TomlTable {
  const root = tableAt(place(top));
  for (const node of top.body) {
    if (node.type === "TOMLKeyValue") put(root, node, place);
    else {
      const table = opened(root, node, place);
      for (const each of node.body) put(table, each, place);
    }
  }
  return root;
}

/** The table of a `[header]`, or the next one of a `[[header]]`. */
function opened(root: TomlTable, { key, kind }: AST.TOMLTable, place: Place): TomlTable {
  const parent = below(root, key.keys.slice(0, -1), place);
  const last = key.keys.at(-1);
  if (last === undefined) return parent;
  if (kind === "standard") return below(parent, [last], place);
  const table = tableAt(place(last));
  const there = parent.entries.get(nameOf(last))?.value;
  if (there?.kind === "list") there.items.push(table);
  else {
    parent.entries.set(nameOf(last), { value: { kind: "list", items: [table] }, span: place(last) });
  }
  return table;
}

function put(table: TomlTable, { key, value }: AST.TOMLKeyValue, place: Place): void {
  const last = key.keys.at(-1);
  if (last === undefined) return;
  const parent = below(table, key.keys.slice(0, -1), place);
  parent.entries.set(nameOf(last), { value: valueOf(value, place), span: place(last) });
}

/** The table that a path leads to; those on the way are made, and of a list of tables it is the last. */
function below(from: TomlTable, keys: readonly AST.TOMLKey["keys"][number][], place: Place): TomlTable {
  let table = from;
  for (const key of keys) {
    const there = table.entries.get(nameOf(key))?.value;
    const next = there?.kind === "list" ? there.items.at(-1) : there;
    if (next?.kind === "table") table = next;
    else {
      const made = tableAt(place(key));
      table.entries.set(nameOf(key), { value: made, span: place(key) });
      table = made;
    }
  }
  return table;
}

function valueOf(node: AST.TOMLContentNode, place: Place): TomlValue {
  switch (node.type) {
    case "TOMLArray":
      return { kind: "list", items: node.elements.map((element) => valueOf(element, place)) };
    case "TOMLInlineTable": {
      const table = tableAt(place(node));
      for (const each of node.body) put(table, each, place);
      return table;
    }
    case "TOMLValue":
      return { kind: "text", text: textOf(node) };
  }
}

/** As Go prints what its decoder makes of it (paerser v0.2.2, file/raw_node.go): a fraction has six digits. */
function textOf(node: AST.TOMLValue): string {
  switch (node.kind) {
    case "integer":
      return String(node.bigint);
    case "float":
      return Number.isFinite(node.value) ? node.value.toFixed(6) : node.number;
    case "string":
    case "boolean":
      return String(node.value);
    default:
      return node.datetime;
  }
}

function nameOf(key: AST.TOMLKey["keys"][number]): string {
  return key.type === "TOMLBare" ? key.name : key.value;
}

function tableAt(span: Span): TomlTable {
  return { kind: "table", entries: new Map(), span };
}
