/** Traefik's command line as a tree of fields (paerser v0.2.2, flag/flagparser.go). */

type Tree = Record<string, unknown>;

/**
 * Reads `--entrypoints.web.address=:80 --api`. A flag without a value is true; `--name value` is one flag
 * as well; names are lower-cased.
 */
export function readFlags(flags: readonly string[]): Tree {
  const tree: Tree = {};
  for (let index = 0; index < flags.length; index++) {
    const flag = flags[index] ?? "";
    const match = /^--?([^=]+?)(?:=([\s\S]*))?$/.exec(flag);
    if (match === null) continue;
    const [, name = ""] = match;
    let value = match[2];
    const next = flags[index + 1];
    if (value === undefined && next !== undefined && !next.startsWith("-")) {
      value = next;
      index++;
    }
    insert(tree, splitName(name.toLowerCase()), value ?? "true");
  }
  return withLists(tree) as Tree;
}

function splitName(name: string): string[] {
  return name.split(".").flatMap((part) => {
    const bracket = part.indexOf("[");
    return bracket > 0 ? [part.slice(0, bracket), part.slice(bracket)] : [part];
  });
}

function insert(tree: Tree, path: readonly string[], value: string): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    const existing = tree[name];
    if (existing === undefined || typeof existing === "string") tree[name] = value;
    return;
  }
  if (tree[name] === undefined || typeof tree[name] !== "object") tree[name] = {};
  insert(tree[name] as Tree, rest, value);
}

/** Turns `{ "[0]": a, "[1]": b }` into `[a, b]`. */
function withLists(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([key]) => key.startsWith("["))) {
    return entries.map(([, item]) => withLists(item));
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, withLists(item)]));
}
