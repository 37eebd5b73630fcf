/**
 * Changes single entries of a YAML text and leaves every other byte of it as it is: comments, quotes, order, line
 * breaks. An edit that cannot be made like that is not made.
 */
import { isDeepStrictEqual } from "node:util";
import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { afterComments, isBlank, lineBreak, lineEnd, lineStart, nextLine } from "./text_lines.ts";
import { fields, isRecord } from "../values/json.ts";

/** The keys that lead to an entry, from the top of the text. */
export type EntryPath = readonly string[];

/** What is written, and what that means. */
export interface EntryValue {
  /** YAML on one line that may stand inside a flow collection: `{ role: viewer }`, `"42"`. */
  readonly text: string;
  readonly value: unknown;
}

const STEP = 2;

/**
 * The text with the entry set. A scalar that stands there is replaced in its place; maps that are missing on the way
 * are made as their surroundings are written, after the last entry and the comments that follow it.
 * @returns undefined where more would have to be written anew (aliases, several documents, a value of another kind)
 */
export function withEntry(text: string, path: EntryPath, entry: EntryValue): string | undefined {
  const found = find(text, path);
  if (found === undefined) return undefined;
  const map = found.maps.at(-1);
  const rest = path.slice(Math.max(0, found.maps.length - 1));
  const edited = found.pair !== undefined
    ? replaceScalar(text, found.pair, entry.text)
    : map === undefined
    ? insertLines(text, text.trimEnd().length, nested(rest, 0, entry.text))
    : map.flow === true
    ? insertFlow(text, map, inFlow(rest, entry.text))
    : insertBlock(text, map, rest, entry.text);
  return onlyIf(edited, setIn(valuesOf(text), path, entry.value));
}

/**
 * The text without the entry, the rest of its last line included. A map that becomes empty by it goes too where it
 * stands on lines of its own with nothing else, and is written as `{}` otherwise.
 * @returns undefined where that cannot be done without touching more, or where there is no such entry
 */
export function withoutEntry(text: string, path: EntryPath): string | undefined {
  const found = find(text, path);
  const map = found?.maps.at(-1);
  if (found?.pair === undefined || map === undefined) return undefined;
  const edited = map.flow === true
    ? removeFlow(text, map, found.pair)
    : removeBlock(text, { ...found, pair: found.pair }, path);
  return onlyIf(edited, deleteIn(valuesOf(text), path), path);
}

interface Found {
  /** The maps on the way, from the top. */
  readonly maps: readonly YAMLMap[];
  /** The entry itself, where it is there. */
  readonly pair: Pair | undefined;
}

/** undefined where the text is not one document of YAML, or where something else than a map stands on the way. */
function find(text: string, path: EntryPath): Found | undefined {
  const document = parseDocument(text, { uniqueKeys: true, prettyErrors: false });
  if (document.errors.length > 0) return undefined;
  const maps: YAMLMap[] = [];
  let node: unknown = document.contents;
  if (node === null) return { maps, pair: undefined };
  for (const key of path) {
    if (!isMap(node)) return undefined;
    maps.push(node);
    const pair = pairOf(node, key);
    if (pair === undefined || maps.length === path.length) return { maps, pair };
    node = pair.value;
  }
  return undefined;
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
}

function replaceScalar(text: string, { value }: Pair, written: string): string | undefined {
  if (!isScalar(value) || !value.range || value.anchor !== undefined) return undefined;
  if (value.type === "BLOCK_FOLDED" || value.type === "BLOCK_LITERAL") return undefined;
  const [start, end] = value.range;
  return start === end ? undefined : `${text.slice(0, start)}${written}${text.slice(end)}`;
}

function insertBlock(text: string, map: YAMLMap, rest: EntryPath, written: string): string | undefined {
  const [first, last] = [map.items.at(0), map.items.at(-1)];
  const start = first === undefined ? undefined : startOf(first);
  if (last === undefined || start === undefined) return undefined;
  const column = start - lineStart(text, start);
  const end = afterComments(text, lastLineEnd(text, last), column);
  return insertLines(text, end, nested(rest, column, written));
}

/** Behind the end of a line, so that what follows stays as it is; an empty text gets a line break at its end. */
function insertLines(text: string, end: number, lines: readonly string[]): string {
  const eol = lineBreak(text);
  if (text === "") return `${lines.join(eol)}${eol}`;
  return `${text.slice(0, end)}${eol}${lines.join(eol)}${text.slice(end)}`;
}

function insertFlow(text: string, map: YAMLMap, written: string): string | undefined {
  if (!map.range) return undefined;
  const last = map.items.at(-1);
  if (last === undefined) {
    const [open, close] = map.range;
    const isEmpty = isBlank(text.slice(open + 1, close - 1));
    return isEmpty ? `${text.slice(0, open)}{ ${written} }${text.slice(close)}` : undefined;
  }
  const start = startOf(last);
  if (start === undefined) return undefined;
  const before = text.slice(lineStart(text, start), start);
  const separator = isBlank(before) ? `,${lineBreak(text)}${before}` : ", ";
  const end = endOf(last);
  return `${text.slice(0, end)}${separator}${written}${text.slice(end)}`;
}

function removeFlow(text: string, map: YAMLMap, pair: Pair): string | undefined {
  const index = map.items.indexOf(pair);
  const [previous, next] = [map.items[index - 1], map.items[index + 1]];
  const [start, end] = [startOf(pair), endOf(pair)];
  const nextStart = next === undefined ? undefined : startOf(next);
  if (start === undefined || !map.range) return undefined;
  const gaps: (readonly [number, number])[] = [
    ...(previous === undefined ? [] : [[endOf(previous), end] as const]),
    ...(nextStart === undefined ? [] : [[start, nextStart] as const]),
    ...(map.items.length > 1 ? [] : [[map.range[0] + 1, map.range[1] - 1] as const]),
  ];
  // Besides the entry itself only commas and space go, so that no comment does.
  const gap = gaps.find(([from, to]) => /^[\s,]*$/.test(`${text.slice(from, start)}${text.slice(end, to)}`));
  return gap === undefined ? undefined : `${text.slice(0, gap[0])}${text.slice(gap[1])}`;
}

function removeBlock(
  text: string,
  { maps, pair }: Found & { readonly pair: Pair },
  path: EntryPath,
): string | undefined {
  const keyStart = startOf(pair);
  if (keyStart === undefined) return undefined;
  let start = lineStart(text, keyStart);
  if (!isBlank(text.slice(start, keyStart))) return undefined;
  const end = lastLineEnd(text, pair);
  let colon: number | undefined;
  for (let depth = maps.length - 1; depth > 0 && maps[depth]?.items.length === 1; depth--) {
    const above = keyLine(text, maps[depth - 1], path[depth - 1] ?? "");
    if (above === undefined) return undefined;
    if (!above.isAlone || above.next !== start) {
      colon = above.colon;
      break;
    }
    start = above.start;
  }
  // With the line break before it, so that a last line without one is left without one.
  const [from, to] = start === 0
    ? [0, nextLine(text, end)]
    : [lineEnd(text, lineStart(text, start - 1)), end];
  const [head, tail] = [text.slice(0, from), text.slice(to)];
  return colon === undefined ? `${head}${tail}` : `${head.slice(0, colon)} {}${head.slice(colon)}${tail}`;
}

interface KeyLine {
  readonly start: number;
  /** Behind the colon. */
  readonly colon: number;
  /** The start of the line below. */
  readonly next: number;
  /** Nothing but the key and its colon. */
  readonly isAlone: boolean;
}

/** The line on which the map has that key. */
function keyLine(text: string, map: YAMLMap | undefined, key: string): KeyLine | undefined {
  const found = map === undefined ? undefined : pairOf(map, key);
  const keyStart = found === undefined ? undefined : startOf(found);
  if (found === undefined || keyStart === undefined) return undefined;
  const [start, keyEnd] = [lineStart(text, keyStart), endOf(found.key)];
  const tail = text.slice(keyEnd, lineEnd(text, keyEnd));
  return {
    start,
    colon: keyEnd + tail.indexOf(":") + 1,
    next: nextLine(text, keyEnd),
    isAlone: isBlank(text.slice(start, keyStart)) && /^\s*:\s*$/.test(tail),
  };
}

/** Keys below each other, the value behind the last. */
function nested(path: EntryPath, column: number, written: string): string[] {
  return path.map((key, index) => {
    const line = `${" ".repeat(column + index * STEP)}${keyText(key)}:`;
    return index === path.length - 1 ? `${line} ${written}` : line;
  });
}

function inFlow([key = "", ...rest]: EntryPath, written: string): string {
  return `${keyText(key)}: ${rest.length === 0 ? written : `{ ${inFlow(rest, written)} }`}`;
}

/** Quoted where YAML would read a number, a map or the like. */
function keyText(key: string): string {
  const read = parseDocument(key, { prettyErrors: false });
  return read.errors.length === 0 && read.toJS() === key ? key : JSON.stringify(key);
}

function startOf(pair: Pair): number | undefined {
  return isScalar(pair.key) ? pair.key.range?.[0] : undefined;
}

/** Where the last thing of it ends; comments behind that do not count. */
function endOf(node: unknown): number {
  if (isPair(node)) return Math.max(endOf(node.key), endOf(node.value));
  if (isCollection(node) && node.flow !== true) return endOf(node.items.at(-1));
  return isScalar(node) || isAlias(node) || isCollection(node) ? rangeEnd(node) : 0;
}

function rangeEnd(node: Node): number {
  return node.range?.[1] ?? 0;
}

/** The end of the last line of an entry; texts of several lines end behind their line break. */
function lastLineEnd(text: string, pair: Pair): number {
  return lineEnd(text, text.slice(0, endOf(pair)).trimEnd().length);
}

type Values = Readonly<Record<string, unknown>>;

/** The edited text where it means exactly what was wanted; maps on the way may have become empty. */
function onlyIf(edited: string | undefined, wanted: Values, emptied: EntryPath = []): string | undefined {
  if (edited === undefined) return undefined;
  const document = parseDocument(edited, { uniqueKeys: true, prettyErrors: false });
  if (document.errors.length > 0) return undefined;
  const values = deleteIn(valuesOf(edited), emptied);
  return isDeepStrictEqual(values, wanted) ? edited : undefined;
}

function valuesOf(text: string): Values {
  const values: unknown = parseDocument(text, { prettyErrors: false }).toJS();
  return fields(values);
}

function setIn(values: Values, [key = "", ...rest]: EntryPath, value: unknown): Values {
  if (rest.length === 0) return { ...values, [key]: value };
  const inner = values[key];
  return { ...values, [key]: setIn(fields(inner), rest, value) };
}

/** Without the entry, and without the maps on the way that are empty then. */
function deleteIn(values: Values, path: EntryPath): Values {
  const [key, ...rest] = path;
  if (key === undefined) return values;
  const { [key]: inner, ...others } = values;
  if (rest.length === 0 || !isRecord(inner)) {
    return inner === undefined || rest.length === 0 ? others : values;
  }
  const left = deleteIn(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [key]: left };
}
