/** `!reset` and `!override`: what earlier files or a base said at a tagged path is dropped before the merge. */
import type { Node } from "../tree/node.ts";
import type { TaggedPath } from "../yaml/parse.ts";

/** Removes the values at the tagged paths from a tree, in place. Items of lists cannot be removed by tag. */
export function dropTagged(root: Node, paths: readonly TaggedPath[]): void {
  for (const path of paths) drop(root, path, 0);
}

function drop(node: Node, path: TaggedPath, depth: number): void {
  const key = path[depth];
  if (node.kind !== "mapping" || key === undefined) return;
  if (depth === path.length - 1) {
    node.entries.delete(key);
    return;
  }
  const child = node.entries.get(key);
  if (child !== undefined) drop(child, path, depth + 1);
}
