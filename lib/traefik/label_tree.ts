/** Labels to a tree of nodes, by the rules of Traefik's decoder (paerser v0.2.2, parser/labels_decode.go). */
import type { Span } from "../diagnostics/diagnostic.ts";
import { childOf, type DecodeProblem, type Node } from "./node.ts";

const rootName = "traefik";

/** The tree of the labels that a filter lets through, or the reasons why Traefik refuses them. */
export interface LabelTree {
  readonly root?: Node;
  readonly problems: readonly DecodeProblem[];
}

/** Whether Traefik's decoder looks at a label: a comparison of prefixes, without regard to case. */
export function passesFilter(key: string, filters: readonly string[]): boolean {
  const folded = key.toLowerCase();
  return filters.some((filter) => folded.startsWith(filter));
}

/**
 * Builds the tree. Keys are sorted as bytes first: that order decides which spelling names a node and which of
 * two values that differ only in the key's case wins.
 *
 * @param filters lower-case prefixes such as `traefik.http`
 */
export function buildLabelTree(
  labels: Readonly<Record<string, string>>,
  filters: readonly string[],
  spanOf: (key: string) => Span | undefined,
): LabelTree {
  const problems: DecodeProblem[] = [];
  let root: Node | undefined;
  for (const key of Object.keys(labels).filter((name) => passesFilter(name, filters)).sort(compareBytes)) {
    const span = spanOf(key);
    const origin = span === undefined ? { origin: key } : { origin: key, span };
    const parts = splitKey(key);
    if ("reason" in parts) {
      problems.push({ ...parts, ...origin });
      continue;
    }
    root ??= { name: rootName, value: "", children: [], ...origin };
    insert(root, parts.slice(1), labels[key] ?? "", origin);
  }
  return root === undefined ? { problems } : { root, problems };
}

type Origin = { readonly origin: string; readonly span?: Span };

function insert(root: Node, path: readonly string[], value: string, origin: Origin): void {
  let node = root;
  for (const name of path) {
    let child = childOf(node, name);
    if (child === undefined) {
      child = { name, value: "", children: [], ...origin };
      node.children.push(child);
    }
    node = child;
  }
  node.value = value;
}

function splitKey(key: string): string[] | { reason: string; hint: string } {
  const parts: string[] = [];
  const [root = "", ...rest] = key.split(".");
  if (root !== rootName) {
    return {
      reason: `its first part is "${root}", not "${rootName}"`,
      hint: `Write "${rootName}" in lower case: the first part is the only one where case counts`,
    };
  }
  parts.push(root);
  for (const part of rest) {
    if (part === "") {
      return { reason: "it has an empty part between its dots", hint: "Remove the superfluous dot" };
    }
    if (part.startsWith("[")) {
      return {
        reason: `its part "${part}" starts with a bracket`,
        hint: "Write the index after a name: domains[0]",
      };
    }
    const bracket = part.indexOf("[");
    if (part.endsWith("]") && bracket < 0) {
      return {
        reason: `its part "${part}" closes a bracket that was not opened`,
        hint: "Write the index as name[0]",
      };
    }
    if (part.endsWith("]")) parts.push(part.slice(0, bracket), part.slice(bracket));
    else parts.push(part);
  }
  return parts;
}

/** Orders as Go's `sort.Strings` does: by the bytes of UTF-8. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  const a = new TextEncoder().encode(left);
  const b = new TextEncoder().encode(right);
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
