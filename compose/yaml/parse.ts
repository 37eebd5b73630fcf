/** Reads a YAML text into trees with places, one per document, as strictly as compose-go does. */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type {
  Alias,
  Document,
  Node as YamlNode,
  Pair,
  ParsedNode,
  Scalar as YamlScalar,
  YAMLMap,
} from "yaml";
import {
  clone,
  countNodes,
  type Mapping,
  mapping,
  type Node,
  type Place,
  scalar,
  sequence,
} from "../node.ts";
import { problem, type Report } from "../report.ts";
import { type Source, spanOf } from "../source.ts";
import { mergeInto } from "./merge_key.ts";
import { resolvePlain, resolveTagged } from "./scalar.ts";

/** Nodes that one document may hold, copies made for aliases counted in. */
export const MAX_NODES = 2_000_000;
/** Levels of nesting above which a document is refused. */
export const MAX_DEPTH = 200;

/** A path in a document that was tagged `!reset` or `!override`. */
export type TaggedPath = readonly string[];

export interface YamlDocument {
  readonly root: Node;
  /** Where earlier files' values are to be dropped: at `!reset` and `!override`. */
  readonly dropped: readonly TaggedPath[];
}

/** Raised to leave a document that cannot be read any further; what is wrong was reported. */
class Unreadable extends Error {}

interface Anchored {
  /** Nothing where the value is tagged `!reset`. */
  readonly node: Node | undefined;
  readonly size: number;
  /** Tagged paths inside the value, relative to it: they count wherever an alias stands. */
  readonly dropped: readonly TaggedPath[];
}

interface Reading {
  readonly source: Source;
  readonly report: Report;
  /** What each anchor marks, or `undefined` while that is being read. */
  readonly anchors: Map<string, Anchored | undefined>;
  readonly dropped: TaggedPath[];
  readonly path: string[];
  nodes: number;
  /** Whether the node that is read stands in `[…]` or `{…}`. */
  isFlow: boolean;
}

/** Reads every document of a text; those with errors are left out, and the errors reported. */
export function parseYaml(source: Source, report: Report): YamlDocument[] {
  const text = readableText(source.text);
  if (refusesCharacter(text, source, report)) return [];
  let documents: Document.Parsed<ParsedNode>[];
  try {
    documents = [...parseAllDocuments(text, { schema: "failsafe", uniqueKeys: false, logLevel: "silent" })];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    tooDeep(source, report, 0);
    return [];
  }
  const found: YamlDocument[] = [];
  for (const document of documents) {
    if (document.errors.length > 0) {
      reportSyntax(document, source, report);
      continue;
    }
    if (refusesVersion(document, source, report)) continue;
    const reading: Reading = {
      source,
      report,
      anchors: new Map(),
      dropped: [],
      path: [],
      nodes: 0,
      isFlow: false,
    };
    try {
      const root = readRoot(document, reading);
      found.push({ root, dropped: reading.dropped });
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }
  return found;
}

/** The text that is parsed, with every character where it was: no byte order mark, and every break a line feed. */
function readableText(text: string): string {
  const unmarked = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
  return /[\r\x85]/.test(unmarked) ? unmarked.replaceAll(/\r(?!\n)|\x85/g, "\n") : unmarked;
}

// deno-lint-ignore no-control-regex -- these are the characters that YAML does not allow
const UNREADABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** YAML allows no control characters outside of escapes. */
function refusesCharacter(text: string, source: Source, report: Report): boolean {
  const at = text.search(UNREADABLE);
  if (at < 0) return false;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  problem(
    report,
    "compose-yaml-syntax",
    `Cannot read the YAML: the character U+${code} is not allowed`,
    spanOf(source, at, at + 1),
    `remove it, or write "\\u${code}" in double quotes`,
  );
  return true;
}

/** go-yaml reads documents of YAML 1.1 and those that do not say. */
function refusesVersion(document: Document.Parsed, source: Source, report: Report): boolean {
  const yaml = document.directives?.yaml;
  if (!yaml?.explicit || yaml.version === "1.1") return false;
  const start = Math.max(0, source.text.indexOf("%YAML"));
  problem(
    report,
    "compose-yaml-version",
    `docker compose does not read documents marked as YAML ${yaml.version}`,
    spanOf(source, start, start + "%YAML".length),
    "remove the line with %YAML",
  );
  return true;
}

function reportSyntax(document: Document.Parsed, source: Source, report: Report): void {
  for (const error of document.errors) {
    const message = error.message.replace(/ at line \d+, column \d+:?[^]*$/, "").replace(/\s+/g, " ").trim();
    problem(
      report,
      "compose-yaml-syntax",
      `Cannot read the YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
      spanOf(source, error.pos[0], Math.max(error.pos[1], error.pos[0] + 1)),
      syntaxHint(error.code),
    );
  }
}

function syntaxHint(code: string): string {
  if (code === "TAB_AS_INDENT") return "indent with spaces; YAML does not allow tabs";
  if (code === "MISSING_CHAR") return "close the quote or bracket, or quote the whole value";
  if (code === "BAD_INDENT") return "align the line with the others of its block";
  return "quote the value if it contains a special character such as : # { [ & * ! | > % @ `";
}

function readRoot(document: Document.Parsed, reading: Reading): Node {
  const contents = document.contents;
  if (contents === null) {
    return scalar("null", null, { source: reading.source, start: 0, end: 0, keyStart: -1 });
  }
  return readNode(contents, reading, -1, 0) ?? mapping(new Map(), placeOf(contents, reading, -1));
}

/** Reads a node; nothing where it is tagged `!reset`. */
function readNode(node: YamlNode, reading: Reading, keyStart: number, depth: number): Node | undefined {
  if (++reading.nodes > MAX_NODES) tooLarge(reading, node);
  if (depth > MAX_DEPTH) {
    tooDeep(reading.source, reading.report, node.range?.[0] ?? 0);
    throw new Unreadable();
  }
  if (isAlias(node)) return readAlias(node, reading, keyStart);
  const anchor = (node as { anchor?: string }).anchor;
  const before = reading.dropped.length;
  if (anchor) reading.anchors.set(anchor, undefined);
  const isReset = node.tag === "!reset";
  if (isReset || node.tag === "!override") reading.dropped.push([...reading.path]);
  const read = isReset ? undefined : readContent(node, reading, keyStart, depth);
  if (anchor) {
    const dropped = reading.dropped.slice(before).map((path) => path.slice(reading.path.length));
    reading.anchors.set(anchor, { node: read, size: read === undefined ? 0 : countNodes(read), dropped });
  }
  return read;
}

function readContent(node: YamlNode, reading: Reading, keyStart: number, depth: number): Node {
  const at = placeOf(node, reading, keyStart);
  if (isScalar(node)) return readScalar(node, reading, at);
  const isOutermost = !reading.isFlow && (node as { flow?: boolean }).flow === true;
  if (isOutermost) reading.isFlow = true;
  const read = isMap(node) ? readMapping(node, reading, at, depth) : readSequence(node, reading, at, depth);
  if (isOutermost) reading.isFlow = false;
  return read;
}

function readSequence(node: YamlNode, reading: Reading, at: Place, depth: number): Node {
  const items: Node[] = [];
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      if (!reading.isFlow) refuseTab(item as YamlNode, reading);
      reading.path.push(String(index));
      const read = readNode(item as YamlNode, reading, -1, depth + 1);
      reading.path.pop();
      if (read !== undefined) items.push(read);
    }
  }
  return sequence(items, at);
}

/** A tab may not stand between the dash of an item and its value. */
function refuseTab(item: YamlNode, reading: Reading): void {
  const { text } = reading.source;
  const start = item.range?.[0] ?? 0;
  let at = start - 1;
  while (text[at] === " ") at--;
  if (text[at] !== "\t") return;
  problem(
    reading.report,
    "compose-yaml-syntax",
    "Cannot read the YAML: a tab stands between the dash and the value",
    spanOf(reading.source, at, at + 1),
    syntaxHint("TAB_AS_INDENT"),
  );
}

function readScalar(node: YamlScalar, reading: Reading, at: Place): Node {
  const value = node.source ?? (typeof node.value === "string" ? node.value : "");
  const isPlain = node.type === "PLAIN" || node.type === undefined;
  if (isPlain && reading.isFlow && value.startsWith(":")) {
    problem(
      reading.report,
      "compose-yaml-syntax",
      "Cannot read the YAML: a value inside brackets or braces cannot start with a colon",
      spanOf(reading.source, at.start, at.end),
      "quote the value",
    );
  }
  const tag = node.tag;
  if (tag === undefined || tag === "!" || tag === "?") {
    if (!isPlain || tag === "!") return scalar("string", value, at);
    const { type, value: resolved } = resolvePlain(value);
    return scalar(type, resolved, at);
  }
  if (!tag.startsWith("tag:yaml.org,2002:")) return scalar("string", value, at);
  const name = tag.slice("tag:yaml.org,2002:".length);
  const resolved = resolveTagged(name, value, isPlain);
  if (resolved === undefined) {
    problem(
      reading.report,
      "compose-yaml-tag",
      `Cannot read "${value}" as "!!${name}"`,
      spanOf(reading.source, at.start, at.end),
      "remove the tag, or write a value that fits it",
    );
    return scalar("string", value, at);
  }
  return scalar(resolved.type, resolved.value, at);
}

function readMapping(node: YAMLMap, reading: Reading, at: Place, depth: number): Mapping {
  const entries = new Map<string, Node>();
  let merged: { value: Node; inner: boolean } | undefined;
  const seen = new Map<string, number>();
  for (const pair of node.items as Pair<YamlNode, YamlNode | null>[]) {
    const key = readKey(pair, reading, at);
    if (key === undefined) continue;
    const first = seen.get(key.name);
    if (first !== undefined) {
      reportDuplicate(key.name, key.start, first, reading);
      continue;
    }
    seen.set(key.name, key.start);
    const isMerge = key.isMerge;
    if (!isMerge) reading.path.push(key.name);
    const value = pair.value === null
      ? scalar("null", null, { source: reading.source, start: key.end, end: key.end, keyStart: key.start })
      : readNode(pair.value, reading, key.start, depth + 1);
    if (!isMerge) reading.path.pop();
    if (value === undefined) continue;
    if (isMerge) merged = { value, inner: true };
    else entries.set(key.name, value);
  }
  if (merged !== undefined) mergeInto(entries, merged.value, reading.report);
  return mapping(entries, at);
}

interface Key {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly isMerge: boolean;
}

function readKey(pair: Pair<YamlNode, unknown>, reading: Reading, at: Place): Key | undefined {
  const written = pair.key;
  const target = isAlias(written) ? reading.anchors.get(written.source)?.node : undefined;
  const start = written?.range?.[0] ?? at.start;
  const end = written?.range?.[1] ?? start;
  if (target?.kind === "scalar" && target.type === "string") {
    return { name: String(target.value), start, end, isMerge: false };
  }
  if (isScalar(written)) {
    const isPlain = written.type === "PLAIN" && written.tag === undefined;
    const name = String(written.value ?? "");
    if (isPlain && name === "<<") return { name, start, end, isMerge: true };
    const read = readScalar(written, reading, { source: reading.source, start, end, keyStart: -1 });
    const anchor = written.anchor;
    if (anchor) reading.anchors.set(anchor, { node: read, size: 1, dropped: [] });
    if (read.kind === "scalar" && read.type === "string") return { name, start, end, isMerge: false };
  }
  problem(
    reading.report,
    "compose-yaml-key",
    "A key has to be a string",
    spanOf(reading.source, start, Math.max(end, start + 1)),
    "quote the key",
  );
  return undefined;
}

function reportDuplicate(name: string, start: number, first: number, reading: Reading): void {
  const { report, source } = reading;
  problem(
    report,
    "compose-duplicate-key",
    `The key "${name}" is written twice in one mapping, first in line ${spanOf(source, first, first).line}`,
    spanOf(source, start, start + name.length),
    "remove one of the two, or merge them",
  );
}

function readAlias(node: Alias, reading: Reading, keyStart: number): Node | undefined {
  const name = node.source;
  const [start, end] = node.range ?? [0, 0];
  const span = spanOf(reading.source, start, end);
  if (!reading.anchors.has(name)) {
    problem(
      reading.report,
      "compose-unknown-anchor",
      `There is no anchor "${name}" above this alias`,
      span,
      `write "&${name}" at the value that is meant, above this line`,
    );
    throw new Unreadable();
  }
  const target = reading.anchors.get(name);
  if (target === undefined) {
    problem(
      reading.report,
      "compose-anchor-cycle",
      `The anchor "${name}" contains an alias of itself`,
      span,
      "break the cycle: copy the part that is meant",
    );
    throw new Unreadable();
  }
  reading.nodes += target.size + target.dropped.length;
  if (reading.nodes > MAX_NODES) tooLarge(reading, node);
  for (const path of target.dropped) reading.dropped.push([...reading.path, ...path]);
  if (target.node === undefined) return undefined;
  const copy = clone(target.node);
  copy.keyStart = keyStart;
  return copy;
}

function tooLarge(reading: Reading, node: YamlNode): never {
  const start = node.range?.[0] ?? 0;
  problem(
    reading.report,
    "compose-too-large",
    `The document has more than ${MAX_NODES} values, aliases counted as copies`,
    spanOf(reading.source, start, node.range?.[1] ?? start),
    "split the project, or use fewer aliases of aliases",
  );
  throw new Unreadable();
}

function tooDeep(source: Source, report: Report, start: number): void {
  problem(
    report,
    "compose-too-deep",
    `The document is nested deeper than ${MAX_DEPTH} levels`,
    spanOf(source, start, start + 1),
    "flatten the value; no key of the specification needs this depth",
  );
}

function placeOf(node: YamlNode, reading: Reading, keyStart: number): Place {
  const range = node.range ?? [0, 0, 0];
  return { source: reading.source, start: range[0], end: range[1], keyStart };
}
