/** The untyped tree between a text (labels, a file) and typed configuration, each node with its place. */
import type { Span } from "../diagnostics/diagnostic.ts";

export interface Node {
  /** As first written; another spelling that differs in case only is the same node. */
  readonly name: string;
  /** The text of a leaf; empty for inner nodes. */
  value: string;
  /** The items of a file's list of scalars. */
  list?: readonly string[];
  readonly children: Node[];
  /** Where it was written first: the label's key (or the file's path), and its span. */
  readonly origin: string;
  readonly span?: Span;
}

/** A text that Traefik refuses, and what is to be done about it. Values of secrets never appear. */
export interface DecodeProblem {
  /** What is wrong, as the end of a sentence: `the field "foo" does not exist`. */
  readonly reason: string;
  readonly origin: string;
  readonly span?: Span;
  readonly hint: string;
}

/** The child of that name, without regard to case (ASCII), as Traefik looks it up. */
export function childOf(node: Node, name: string): Node | undefined {
  const folded = name.toLowerCase();
  return node.children.find((child) => child.name.toLowerCase() === folded);
}

/** A problem at a node. */
export function problemAt(node: Node, reason: string, hint: string): DecodeProblem {
  return node.span === undefined
    ? { reason, origin: node.origin, hint }
    : { reason, origin: node.origin, span: node.span, hint };
}
