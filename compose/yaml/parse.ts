/** Reads a YAML text into trees with places, one per document, as strictly as compose-go does. */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Alias, Document, Node as YamlNode, Pair, ParsedNode, YAMLMap } from "yaml";
import {
  clone,
  countNodes,
  type Mapping,
  mapping,
  type Node,
  type Place,
  scalar,
  sequence,
} from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";
import { type Source, spanOf } from "../tree/source.ts";
import { readKey, readScalar, refuseTab, reportDuplicate } from "./leaf.ts";
import { mergeInto } from "./merge_key.ts";
import {
  MAX_DEPTH,
  MAX_NODES,
  placeOf,
  type Reading,
  type TaggedPath,
  tooDeep,
  tooLarge,
  Unreadable,
} from "./reading.ts";
import { readableText, refusesCharacter, refusesVersion, reportSyntax } from "./text.ts";

export type { TaggedPath };

export interface YamlDocument {
  readonly root: Node;
  /** Where earlier files' values are to be dropped: at `!reset` and `!override`. */
  readonly dropped: readonly TaggedPath[];
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

function readMapping(node: YAMLMap, reading: Reading, at: Place, depth: number): Mapping {
  const entries = new Map<string, Node>();
  let merged: Node | undefined;
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
    if (isMerge) merged = value;
    else entries.set(key.name, value);
  }
  if (merged !== undefined) mergeInto(entries, merged, reading.report);
  return mapping(entries, at);
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
