/** A compose project's canonical form with its secrets hidden. */
import {
  conceal,
  joined,
  occurrences,
  secretsInFile,
  secretsInList,
  secretsInVariable,
  type SecretSpan,
} from "../secrecy/mod.ts";

/** Fields whose text is a name: a service's, an image's, a path. */
// deno-fmt-ignore
const NAMES: ReadonlySet<string> = new Set([
  "name", "image", "container_name", "hostname", "domainname", "source", "target", "file", "context", "dockerfile",
  "working_dir", "user", "group_add", "network_mode", "platform", "profiles", "depends_on", "networks", "type", "driver",
]);

/** @param values strong secrets, which are hidden wherever they stand but in names */
export function maskCanonical(canonical: unknown, values: readonly string[]): unknown {
  const mask = (node: unknown, path: readonly string[]): unknown => {
    const key = path.at(-1) ?? "";
    if (NAMES.has(key) && !isNamed(path)) return node;
    if (typeof node === "string") return hidden(node, spansOf(path, node), values);
    if (Array.isArray(node)) return maskList(node, path);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, value]) => [name, mask(value, [...path, name])]),
    );
  };
  const maskList = (list: readonly unknown[], path: readonly string[]): readonly unknown[] => {
    if (!list.every((entry) => typeof entry === "string")) {
      return list.map((entry) => mask(entry, [...path, ""]));
    }
    const spans = secretsInList(list);
    return list.map((entry, index) => hidden(entry, spans[index] ?? [], values));
  };
  return mask(canonical, []);
}

/** What stands below is named by its owner, whatever the name: a variable called `user`. */
function isNamed(path: readonly string[]): boolean {
  return /^(environment|args|labels|annotations|driver_opts|options)$/.test(path.at(-2) ?? "");
}

function spansOf(path: readonly string[], text: string): readonly SecretSpan[] {
  const key = path.at(-1) ?? "";
  if (key !== "content") return secretsInVariable(key, text);
  const all = [{ start: 0, end: text.length, why: "a secret" }];
  return path[0] === "secrets" ? all : secretsInFile(path.at(-2) ?? "", text);
}

function hidden(text: string, spans: readonly SecretSpan[], values: readonly string[]): string {
  return conceal(text, joined([...spans, ...occurrences(text, values)]));
}
