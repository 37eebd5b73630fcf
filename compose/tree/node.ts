/**
 * The tree that loading works on: YAML's three kinds of nodes with Go's scalar types, each with its place.
 * A tree belongs to one load: merging and the canonical form change it in place, so an alias is copied in.
 */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import { type Source, spanOf } from "./source.ts";

/** How go-yaml resolves a scalar; `time` holds Go's print of it. */
export type ScalarType = "string" | "int" | "float" | "bool" | "null" | "time";
export type ScalarValue = string | number | bigint | boolean | null;

interface Placed {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
  /** Offset of the key that holds this node, or -1 in a sequence and at the root. */
  keyStart: number;
  /** A problem was reported here already, so that later phases are quiet about it. */
  broken: boolean;
}

export interface Scalar extends Placed {
  readonly kind: "scalar";
  readonly type: ScalarType;
  readonly value: ScalarValue;
}

export interface Mapping extends Placed {
  readonly kind: "mapping";
  readonly entries: Map<string, Node>;
}

export interface Sequence extends Placed {
  readonly kind: "sequence";
  readonly items: Node[];
}

export type Node = Scalar | Mapping | Sequence;

/** A place that a made node takes over from the one it was made of. */
export type Place = Pick<Placed, "source" | "start" | "end" | "keyStart">;

/** A scalar made at a place of a file, as if it were written there. */
export function scalar(type: ScalarType, value: ScalarValue, at: Place): Scalar {
  const { source, start, end, keyStart } = at;
  return { kind: "scalar", type, value, source, start, end, keyStart, broken: false };
}

/** A string made at a place of a file, as if it were written there. */
export function text(value: string, at: Place): Scalar {
  return scalar("string", value, at);
}

/** A mapping made at a place of a file, as if it were written there. */
export function mapping(entries: Map<string, Node>, at: Place): Mapping {
  const { source, start, end, keyStart } = at;
  return { kind: "mapping", entries, source, start, end, keyStart, broken: false };
}

/** A list made at a place of a file, as if it were written there. */
export function sequence(items: Node[], at: Place): Sequence {
  const { source, start, end, keyStart } = at;
  return { kind: "sequence", items, source, start, end, keyStart, broken: false };
}

/** A copy that shares nothing that changes. */
export function clone(node: Node): Node {
  if (node.kind === "scalar") return { ...node };
  if (node.kind === "sequence") return sequence(node.items.map(clone), node);
  const entries = new Map<string, Node>();
  for (const [key, value] of node.entries) entries.set(key, clone(value));
  return mapping(entries, node);
}

/** The number of nodes in the tree, itself included. */
export function countNodes(node: Node): number {
  let count = 1;
  const children = node.kind === "mapping"
    ? node.entries.values()
    : node.kind === "sequence"
    ? node.items
    : [];
  for (const child of children) count += countNodes(child);
  return count;
}

/** Equal in kind, type and value, wherever they were written (Go's `reflect.DeepEqual`). */
export function sameNode(left: Node, right: Node): boolean {
  if (left.kind === "scalar") {
    return right.kind === "scalar" && left.type === right.type && left.value === right.value;
  }
  if (left.kind === "sequence") {
    return right.kind === "sequence" && left.items.length === right.items.length &&
      left.items.every((item, index) => {
        const other = right.items[index];
        return other !== undefined && sameNode(item, other);
      });
  }
  if (right.kind !== "mapping" || left.entries.size !== right.entries.size) return false;
  for (const [key, value] of left.entries) {
    const other = right.entries.get(key);
    if (other === undefined || !sameNode(value, other)) return false;
  }
  return true;
}

/** The span of a node's value, or of its key where the value is empty. */
export function nodeSpan(node: Node): Span {
  if (node.end <= node.start && node.keyStart >= 0) return spanOf(node.source, node.keyStart, keyEnd(node));
  return spanOf(node.source, node.start, node.end);
}

/** Where the key that holds a node ends. */
export function keyEnd(node: Node): number {
  const { text } = node.source;
  const quote = text[node.keyStart];
  if (quote === '"' || quote === "'") return text.indexOf(quote, node.keyStart + 1) + 1 || node.start;
  const colon = text.indexOf(":", node.keyStart);
  return colon < 0 ? Math.max(node.start, node.keyStart + 1) : colon;
}

/** The span of the key that holds the node, or of the node where there is none. */
export function keySpan(node: Node, key: string): Span {
  if (node.keyStart < 0) return nodeSpan(node);
  return spanOf(node.source, node.keyStart, node.keyStart + key.length);
}

/** The text of a string scalar, else nothing. */
export function asText(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" && node.type === "string" ? String(node.value) : undefined;
}

/** Whether a null is written, as `key:` alone is; absence is none. */
export function isNull(node: Node | undefined): boolean {
  return node?.kind === "scalar" && node.type === "null";
}

/** The mapping under a key, where there is one. */
export function mappingAt(node: Node | undefined, key: string): Mapping | undefined {
  const child = node?.kind === "mapping" ? node.entries.get(key) : undefined;
  return child?.kind === "mapping" ? child : undefined;
}
