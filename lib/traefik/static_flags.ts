/** Traefik's command line as a tree of fields (paerser v0.2.2, flag/flagparser.go). */

type Tree = Record<string, unknown>;

/** A flag with its value, its name as it was written. */
type Flag = readonly [name: string, value: string];

/**
 * Options whose value is a list: given twice they have both values. Go types of the static configuration of Traefik 3.6
 * (pkg/config/static, pkg/observability/types, pkg/provider/acme).
 */
const LISTS =
  /\.(?:buckets|cacertificates|captured(?:request|response)headers|connection|emailaddresses|envs|explicitboundaries|ids|middlewares|mounts|resolvers|rootcas|safequeryparams|sans|statuscodes|trustedips)$/i;

/**
 * Reads `--entrypoints.web.address=:80 --api`. A flag without a value is true; `--name value` is one flag as well.
 * Fields are the same in any letter case; a name that the operator gave (of an entry point, a resolver, a plugin) keeps
 * the case of the first flag with it, in the order of the alphabet.
 */
export function readFlags(flags: readonly string[]): Tree {
  const values = new Map<string, Flag>();
  for (const [name, value] of flagsIn(flags)) {
    const neutral = name.toLowerCase();
    const [first = name, before] = values.get(neutral) ?? [];
    values.set(neutral, [first, before !== undefined && LISTS.test(name) ? `${before},${value}` : value]);
  }
  const tree: Tree = {};
  const spelled = spelling([...values.values()].map(([name]) => name));
  for (const [name, value] of values.values()) insert(tree, spelled(name), value);
  return withLists(tree) as Tree;
}

/** The parts of a name, each in the letter case of the first flag with it (paerser, parser/labels_decode.go). */
function spelling(names: readonly string[]): (name: string) => readonly string[] {
  const cases = new Map<string, string>();
  const folded = (parts: readonly string[], index: number): string =>
    parts.slice(0, index + 1).join(".").toLowerCase();
  for (const name of [...names].sort()) {
    for (const [index, part] of splitName(name).entries()) {
      const key = folded(splitName(name), index);
      if (!cases.has(key)) cases.set(key, part);
    }
  }
  return (name) => {
    const parts = splitName(name);
    return parts.map((part, index) => cases.get(folded(parts, index)) ?? part);
  };
}

function flagsIn(flags: readonly string[]): Flag[] {
  const found: Flag[] = [];
  for (let index = 0; index < flags.length; index++) {
    const match = /^--?([^=]+?)(?:=([\s\S]*))?$/.exec(flags[index] ?? "");
    if (match === null) continue;
    const [, name = ""] = match;
    let value = match[2];
    const next = flags[index + 1];
    if (value === undefined && next !== undefined && !next.startsWith("-")) {
      value = next;
      index++;
    }
    found.push([name, value ?? "true"]);
  }
  return found;
}

function splitName(name: string): string[] {
  return name.split(".").flatMap((part) => {
    const bracket = part.indexOf("[");
    return bracket > 0 ? [part.slice(0, bracket), part.slice(bracket)] : [part];
  });
}

function insert(tree: Tree, [name = "", ...rest]: readonly string[], value: string): void {
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
