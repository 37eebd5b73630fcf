/** A YAML text to a tree of nodes, by the rules of Traefik's file decoder (paerser v0.2.2, file/raw_node.go). */
import { isMap, isScalar, isSeq, LineCounter, type Node as YamlNode, parseDocument } from "yaml";
import type { Span } from "../diagnostics/diagnostic.ts";
import { compareBytes } from "./label_tree.ts";
import type { DecodeProblem, Node } from "./node.ts";

export interface YamlTree {
  readonly root?: Node;
  readonly problems: readonly DecodeProblem[];
}

/**
 * Reads a YAML (or JSON) text.
 *
 * @param roots lower-case names of the top-level keys that are looked at; empty: all
 */
export function buildYamlTree(file: string, text: string, roots: readonly string[]): YamlTree {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const problems = document.errors.map((error): DecodeProblem => {
    const [start, end] = error.linePos ?? [];
    const span = start === undefined ? { file, line: 1, column: 1 } : {
      file,
      line: start.line,
      column: start.col,
      ...(end === undefined ? {} : { endLine: end.line, endColumn: end.col }),
    };
    return { reason: "it is not valid YAML", origin: file, span, hint: error.message.split("\n")[0] ?? "" };
  });
  if (problems.length > 0) return { problems };
  const builder = { file, lines, problems };
  const children = isMap(document.contents) ? childrenOf(builder, document.contents, "") : [];
  const kept = children.filter((child) => roots.length === 0 || roots.includes(child.name.toLowerCase()));
  return kept.length === 0
    ? { problems }
    : { root: { name: "traefik", value: "", children: kept, origin: "" }, problems };
}

interface Builder {
  readonly file: string;
  readonly lines: LineCounter;
  readonly problems: DecodeProblem[];
}

function childrenOf(builder: Builder, map: YamlNode, path: string): Node[] {
  if (!isMap(map)) return [];
  const nodes = map.items.flatMap((pair): Node[] => {
    if (!isScalar(pair.key)) return [];
    const name = String(pair.key.value);
    const origin = path === "" ? name : `${path}.${name}`;
    const node = nodeOf(builder, name, pair.value as YamlNode | null, origin, spanOf(builder, pair.key));
    return node === undefined ? [] : [node];
  });
  return nodes.sort((left, right) => compareBytes(left.name, right.name));
}

/** Null is the same as absent. */
function nodeOf(
  builder: Builder,
  name: string,
  value: YamlNode | null,
  origin: string,
  span: Span,
): Node | undefined {
  if (isMap(value)) return { name, value: "", children: childrenOf(builder, value, origin), origin, span };
  if (isScalar(value)) {
    if (value.value === null) return undefined;
    return { name, value: scalarText(value.value), children: [], origin, span };
  }
  if (!isSeq(value)) return undefined;
  const items = value.items as YamlNode[];
  const children = items.flatMap((item, index): Node[] =>
    isMap(item)
      ? [{
        name: `[${index}]`,
        value: "",
        children: childrenOf(builder, item, `${origin}[${index}]`),
        origin: `${origin}[${index}]`,
        span: spanOf(builder, item),
      }]
      : []
  );
  const list = items.flatMap((item) => isScalar(item) ? [scalarText(item.value)] : []);
  if (items.some((item) => isSeq(item))) {
    builder.problems.push({
      reason: `"${name}" is a list of lists`,
      origin,
      span,
      hint: "Write a list of values",
    });
  }
  return { name, value: "", children, origin, span, ...(list.length === 0 ? {} : { list }) };
}

function scalarText(value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(6);
  return value === null ? "" : String(value);
}

function spanOf({ file, lines }: Builder, node: YamlNode): Span {
  const [start, end] = node.range ?? [0, 0];
  const from = lines.linePos(start);
  const to = lines.linePos(end);
  return { file, line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
}
