/** Reads the scalars and keys of a YAML document. */
import { isAlias, isScalar, type Node as YamlNode, type Pair, type Scalar as YamlScalar } from "yaml";
import { type Node, type Place, scalar } from "../tree/node.ts";
import { problem } from "../tree/report.ts";
import { spanOf } from "../tree/source.ts";
import type { Reading } from "./reading.ts";
import { resolvePlain, resolveTagged } from "./scalar.ts";
import { syntaxHint } from "./text.ts";

/** Reads a scalar as go-yaml does: by its style, its tag, or its text. */
export function readScalar(node: YamlScalar, reading: Reading, at: Place): Node {
  const value = node.source ?? (typeof node.value === "string" ? node.value : "");
  const isPlain = node.type === "PLAIN" || node.type === undefined;
  if (isPlain && reading.isFlow && value.startsWith(":")) {
    problem(
      reading.report,
      "compose-yaml-syntax",
      "Cannot read the YAML: a value inside brackets or braces cannot start with a colon",
      spanOf(reading.source, at.start, at.end),
      "quote the value",
    );
  }
  const tag = node.tag;
  if (tag === undefined || tag === "!" || tag === "?") {
    if (!isPlain || tag === "!") return scalar("string", value, at);
    const { type, value: resolved } = resolvePlain(value);
    return scalar(type, resolved, at);
  }
  if (!tag.startsWith("tag:yaml.org,2002:")) return scalar("string", value, at);
  const name = tag.slice("tag:yaml.org,2002:".length);
  const resolved = resolveTagged(name, value, isPlain);
  if (resolved === undefined) {
    problem(
      reading.report,
      "compose-yaml-tag",
      `Cannot read the value as "!!${name}"`,
      spanOf(reading.source, at.start, at.end),
      "remove the tag, or write a value that fits it",
    );
    return scalar("string", value, at);
  }
  return scalar(resolved.type, resolved.value, at);
}

/** A tab may not stand between the dash of an item and its value. */
export function refuseTab(item: YamlNode, reading: Reading): void {
  const { text } = reading.source;
  const start = item.range?.[0] ?? 0;
  let at = start - 1;
  while (text[at] === " ") at--;
  if (text[at] !== "\t") return;
  problem(
    reading.report,
    "compose-yaml-syntax",
    "Cannot read the YAML: a tab stands between the dash and the value",
    spanOf(reading.source, at, at + 1),
    syntaxHint("TAB_AS_INDENT"),
  );
}

/** A key, and whether it is the merge key. */
export interface Key {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly isMerge: boolean;
}

/** Reads a key; nothing where it is not a string, which is reported. */
export function readKey(pair: Pair<YamlNode, unknown>, reading: Reading, at: Place): Key | undefined {
  const written = pair.key;
  const target = isAlias(written) ? reading.anchors.get(written.source)?.node : undefined;
  const start = written?.range?.[0] ?? at.start;
  const end = written?.range?.[1] ?? start;
  if (target?.kind === "scalar" && target.type === "string") {
    return { name: String(target.value), start, end, isMerge: false };
  }
  if (isScalar(written)) {
    const isPlain = written.type === "PLAIN" && written.tag === undefined;
    const name = String(written.value ?? "");
    if (isPlain && name === "<<") return { name, start, end, isMerge: true };
    const read = readScalar(written, reading, { source: reading.source, start, end, keyStart: -1 });
    const anchor = written.anchor;
    if (anchor) reading.anchors.set(anchor, { node: read, size: 1, dropped: [] });
    if (read.kind === "scalar" && read.type === "string") return { name, start, end, isMerge: false };
  }
  problem(
    reading.report,
    "compose-yaml-key",
    "A key has to be a string",
    spanOf(reading.source, start, Math.max(end, start + 1)),
    "quote the key",
  );
  return undefined;
}

/** Says that a key is written twice. */
export function reportDuplicate(name: string, start: number, first: number, reading: Reading): void {
  const { report, source } = reading;
  problem(
    report,
    "compose-duplicate-key",
    `The key "${name}" is written twice in one mapping, first in line ${spanOf(source, first, first).line}`,
    spanOf(source, start, start + name.length),
    "remove one of the two, or merge them",
  );
}
