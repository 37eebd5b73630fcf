/** What aliases stand for, weighed before anything is copied: a few lines of them can fill any memory. */
import { type Document, isAlias, isCollection, isPair, isScalar, type Node } from "yaml";

/** An alias that cannot be taken for what it stands for. */
export interface AliasProblem {
  readonly node: Node;
  readonly source: string;
  readonly kind: "missing" | "circular" | "too large";
}

/** So many values may a file come to, with every alias written out: far more than anybody decides. */
const MOST_VALUES = 100_000;

/** Each alias seeks its anchor among all of them. */
const MOST_ALIASES = 1_000;

/** The first alias without an anchor before it, within its own anchor, or with which the file grows too large. */
export function findAliasProblem(document: Document): AliasProblem | undefined {
  const weights = new Map<string, number>();
  const open = new Set<string>();
  let [total, aliases, problem]: [number, number, AliasProblem | undefined] = [0, 0, undefined];

  /** How many values the node comes to. */
  const weigh = (node: unknown): number => {
    if (problem !== undefined) return 0;
    if (isPair(node)) return weigh(node.key) + weigh(node.value);
    if (isAlias(node)) {
      const weight = weights.get(node.source);
      if (weight !== undefined) total += weight;
      const kind = weight === undefined ? (open.has(node.source) ? "circular" : "missing") : "too large";
      const isTooLarge = ++aliases > MOST_ALIASES || total > MOST_VALUES;
      if (weight === undefined || isTooLarge) problem = { node, source: node.source, kind };
      return weight ?? 0;
    }
    total++;
    if (!isCollection(node)) {
      if (isScalar(node) && node.anchor !== undefined) weights.set(node.anchor, 1);
      return 1;
    }
    const { anchor } = node;
    if (anchor !== undefined) {
      open.add(anchor);
      weights.delete(anchor);
    }
    const weight = node.items.reduce<number>((sum, item) => sum + weigh(item), 1);
    if (anchor !== undefined) {
      open.delete(anchor);
      weights.set(anchor, weight);
    }
    return weight;
  };
  weigh(document.contents);
  return problem;
}

/** What is said of it, and what to do. */
export function describeAlias(
  { source, kind }: AliasProblem,
): { readonly message: string; readonly hint: string } {
  switch (kind) {
    case "missing":
      return {
        message: `the alias "*${source}" has no anchor before it`,
        hint: `Write "&${source}" before what it stands for`,
      };
    case "circular":
      return { message: `the alias "*${source}" stands for what it is itself in`, hint: "Write it out" };
    case "too large":
      return {
        message:
          `with the alias "*${source}" there are more than ${MOST_VALUES} values, or ${MOST_ALIASES} aliases`,
        hint: "Write it out in place of aliases",
      };
  }
}
