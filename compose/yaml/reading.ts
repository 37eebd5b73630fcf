/** The state of reading one YAML document, and its bounds. */
import type { Node as YamlNode } from "yaml";
import type { Node, Place } from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";
import { type Source, spanOf } from "../tree/source.ts";

/** Nodes that one document may hold, copies made for aliases counted in. */
export const MAX_NODES = 2_000_000;
/** Levels of nesting above which a document is refused. */
export const MAX_DEPTH = 200;

/** A path in a document that was tagged `!reset` or `!override`. */
export type TaggedPath = readonly string[];

/** Raised to leave a document that cannot be read any further; what is wrong was reported. */
export class Unreadable extends Error {}

/** What an anchor marks. */
export interface Anchored {
  /** Nothing where the value is tagged `!reset`. */
  readonly node: Node | undefined;
  readonly size: number;
  /** Tagged paths inside the value, relative to it: they count wherever an alias stands. */
  readonly dropped: readonly TaggedPath[];
}

/** What is known while a document is read. */
export interface Reading {
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

/** Ends a document that holds too much. */
export function tooLarge(reading: Reading, node: YamlNode): never {
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

/** Says that a document is nested too deep. */
export function tooDeep(source: Source, report: Report, start: number): void {
  problem(
    report,
    "compose-too-deep",
    `The document is nested deeper than ${MAX_DEPTH} levels`,
    spanOf(source, start, start + 1),
    "flatten the value; no key of the specification needs this depth",
  );
}

/** The place of a node of the YAML library. */
export function placeOf(node: YamlNode, reading: Reading, keyStart: number): Place {
  const range = node.range ?? [0, 0, 0];
  return { source: reading.source, start: range[0], end: range[1], keyStart };
}
