/** Finds where a value of the canonical form was written. */
import type { Span } from "../lib/diagnostics/diagnostic.ts";
import { asText, type Node } from "./node.ts";
import type { Path } from "./project.ts";
import { spanOf } from "./source.ts";

/** The span of the value at a path, or of its nearest ancestor that has a place. */
export function spanAt(root: Node, path: Path): Span | undefined {
  let node = root;
  for (const part of path) {
    const child = childOf(node, part);
    if (child === undefined) break;
    node = child;
  }
  if (node === root) return undefined;
  return isEmptyPlace(node)
    ? spanOf(node.source, node.keyStart, Math.max(node.end, node.keyStart + 1))
    : valueSpan(node);
}

/** A long block is shown by its key: the caret goes below one line. */
function valueSpan(node: Node): Span {
  const span = spanOf(node.source, node.start, node.end);
  if (node.kind === "scalar" || node.keyStart < 0 || span.endLine === span.line) return span;
  const lineEnd = node.source.text.indexOf(":", node.keyStart);
  return spanOf(node.source, node.keyStart, lineEnd < 0 ? node.start : lineEnd);
}

function isEmptyPlace(node: Node): boolean {
  return node.end <= node.start && node.keyStart >= 0;
}

function childOf(node: Node, part: string | number): Node | undefined {
  if (node.kind === "mapping") return node.entries.get(String(part));
  if (node.kind !== "sequence") return undefined;
  if (typeof part === "number") return node.items[part];
  // The canonical form has a mapping where the file has a list of `key=value` or of names.
  return node.items.findLast((item) => {
    const line = asText(item);
    return line === part || line?.startsWith(`${part}=`) || line?.startsWith(`${part}:`);
  });
}
