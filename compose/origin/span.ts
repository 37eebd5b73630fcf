/** Finds where a value of the canonical form was written. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import { asText, keyEnd, type Node, nodeSpan } from "../tree/node.ts";
import type { Path } from "../project.ts";
import { spanOf } from "../tree/source.ts";

/** The node at a path; nothing where the file does not have it. */
export function nodeAt(root: Node, path: Path): Node | undefined {
  return path.reduce<Node | undefined>(
    (node, part) => node === undefined ? undefined : childOf(node, part),
    root,
  );
}

/** The span of the value at a path, or of its nearest ancestor that has a place. */
export function spanAt(root: Node, path: Path): Span | undefined {
  let node = root;
  for (const part of path) {
    const child = childOf(node, part);
    if (child === undefined) break;
    node = child;
  }
  if (node === root) return undefined;
  const span = nodeSpan(node);
  // A long block is shown by its key: the caret goes below one line.
  const isBlock = node.kind !== "scalar" && node.keyStart >= 0 && span.endLine !== span.line;
  return isBlock ? spanOf(node.source, node.keyStart, keyEnd(node)) : span;
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
