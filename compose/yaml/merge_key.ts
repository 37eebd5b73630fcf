/** YAML's merge key `<<`: what an explicit key does not say is taken from the mappings that it names. */
import { clone, type Node, nodeSpan } from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";

/**
 * Adds what the value of a `<<` key holds to the entries that are there. Explicit keys win wherever they stand;
 * in a sequence the earlier mapping wins; nothing is merged below the first level.
 */
export function mergeInto(entries: Map<string, Node>, value: Node, report: Report): void {
  if (value.kind === "mapping") {
    for (const [key, child] of value.entries) if (!entries.has(key)) entries.set(key, clone(child));
    return;
  }
  if (value.kind === "sequence" && value.items.every((item) => item.kind === "mapping")) {
    for (const item of value.items) mergeInto(entries, item, report);
    return;
  }
  problem(
    report,
    "compose-merge-key",
    'The merge key "<<" takes a mapping, an alias of one, or a list of them',
    nodeSpan(value),
    "write <<: *name, where &name marks a mapping",
  );
}
