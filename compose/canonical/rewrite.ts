/** The tools of the canonical form: rules by key that bring a value into its long form. */
import { type Mapping, mapping, type Node, scalar } from "../tree/node.ts";
import type { Report } from "../tree/report.ts";

/** Brings the value of a key into its long form; nothing where it is to stay as it is. */
export type Rewrite = (node: Node, report: Report) => Node | undefined;

/** Applies rules to the keys of a mapping, in place. */
export function rewrite(node: Node, rules: Readonly<Record<string, Rewrite>>, report: Report): void {
  if (node.kind !== "mapping") return;
  for (const [key, value] of node.entries) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined || value.broken) continue;
    const long = rule(value, report);
    if (long !== undefined) node.entries.set(key, long);
  }
}

/** A rule for every item of a list. */
export function eachItem(rule: Rewrite): Rewrite {
  return (node, report) => {
    if (node.kind !== "sequence") return undefined;
    for (const [index, item] of node.items.entries()) {
      const long = item.broken ? undefined : rule(item, report);
      if (long !== undefined) node.items[index] = long;
    }
    return undefined;
  };
}

/** A mapping of plain values, all at the place of the node that they come from. */
export function record(at: Node, values: Readonly<Record<string, string | boolean | number>>): Mapping {
  const entries = new Map<string, Node>();
  for (const [key, value] of Object.entries(values)) {
    const type = typeof value === "string" ? "string" : typeof value === "number" ? "int" : "bool";
    entries.set(key, scalar(type, value, at));
  }
  return mapping(entries, at);
}
