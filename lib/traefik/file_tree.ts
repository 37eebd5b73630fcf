/** A configuration file to a tree of nodes, by the rules of Traefik's file decoder (paerser v0.2.2, file/raw_node.go). */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node as YamlNode, type Pair } from "yaml";
import type { Span } from "../diagnostics/diagnostic.ts";
import { readYaml } from "../diagnostics/yaml_document.ts";
import { compareBytes } from "./label_tree.ts";
import type { DecodeProblem, Node } from "./node.ts";
import { type NamedText, placeIn } from "./named_text.ts";
import { tomlNodes } from "./toml_tree.ts";

export interface FileTree {
  readonly root?: Node;
  readonly problems: readonly DecodeProblem[];
}

/** Reads a text of Traefik's configuration, with each place where a reader finds it. */
export function readFileTree(source: NamedText, text: string, roots: readonly string[]): FileTree {
  const { root, problems } = buildFileTree(source.path ?? source.file, text, roots);
  const moved = (node: Node): Node => ({
    ...node,
    children: node.children.map(moved),
    ...(node.span === undefined ? {} : { span: placeIn(source, node.span) }),
  });
  return {
    ...(root === undefined ? {} : { root: moved(root) }),
    problems: problems.map((problem) => ({
      ...problem,
      origin: problem.origin === source.path ? source.file : problem.origin,
      ...(problem.span === undefined ? {} : { span: placeIn(source, problem.span) }),
    })),
  };
}

/**
 * Reads the text of a file: TOML by the file's name, else YAML (or JSON), as Traefik chooses.
 *
 * @param roots lower-case names of the top-level keys that are looked at; empty: all
 */
export function buildFileTree(file: string, text: string, roots: readonly string[]): FileTree {
  const { children, problems } = file.toLowerCase().endsWith(".toml")
    ? tomlNodes(file, text)
    : yamlNodes(file, text);
  const kept = children.filter((child) => roots.length === 0 || roots.includes(child.name.toLowerCase()));
  return kept.length === 0
    ? { problems }
    : { root: { name: "traefik", value: "", children: kept, origin: "" }, problems };
}

function yamlNodes(
  file: string,
  text: string,
): { readonly children: readonly Node[]; readonly problems: readonly DecodeProblem[] } {
  const { document, place, problems: wrong } = readYaml(file, text);
  const problems = wrong.map(({ message, span }): DecodeProblem => ({
    reason: "it is not valid YAML",
    origin: file,
    span,
    hint: message,
  }));
  if (problems.length > 0) return { children: [], problems };
  const spanOf = (node: YamlNode): Span => place(node) ?? { file, line: 1, column: 1 };
  const builder = { spanOf, problems, document };
  return { children: isMap(document.contents) ? childrenOf(builder, document.contents, "") : [], problems };
}

interface Builder {
  spanOf(node: YamlNode): Span;
  readonly problems: DecodeProblem[];
  readonly document: Document;
}

function childrenOf(builder: Builder, map: YamlNode, path: string): Node[] {
  if (!isMap(map) || path.split(".").length > deepest) return [];
  const nodes = pairsOf(builder, map).flatMap((pair): Node[] => {
    if (!isScalar(pair.key)) return [];
    const name = String(pair.key.value);
    const origin = path === "" ? name : `${path}.${name}`;
    const node = nodeOf(builder, name, resolved(builder, pair.value), origin, builder.spanOf(pair.key));
    return node === undefined ? [] : [node];
  });
  return nodes.sort((left, right) => compareBytes(left.name, right.name));
}

/** How deep maps may merge maps: an alias can contain itself. */
const deepest = 64;

/** The pairs of a map; those of `<<` come in where the map does not have the key itself. */
function pairsOf(builder: Builder, map: YamlNode, depth = 0): Pair[] {
  if (!isMap(map) || depth > deepest) return [];
  const isMerge = (pair: Pair): boolean => isScalar(pair.key) && pair.key.value === "<<";
  const own = map.items.filter((pair) => !isMerge(pair));
  const merged = map.items.filter(isMerge).flatMap((pair) => {
    const value = resolved(builder, pair.value);
    const maps = isSeq(value) ? value.items.map((item) => resolved(builder, item)) : [value];
    return maps.flatMap((each) => each === null ? [] : pairsOf(builder, each, depth + 1));
  });
  const pairs = new Map<string, Pair>();
  for (const pair of [...own, ...merged]) {
    const key = isScalar(pair.key) ? String(pair.key.value) : "";
    if (!pairs.has(key)) pairs.set(key, pair);
  }
  return [...pairs.values()];
}

/** What an alias stands for. */
function resolved({ document }: Builder, value: unknown): YamlNode | null {
  if (isAlias(value)) return value.resolve(document) ?? null;
  return value as YamlNode | null;
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
  const items = value.items.flatMap((item) => resolved(builder, item) ?? []);
  const children = items.flatMap((item, index): Node[] =>
    isMap(item)
      ? [{
        name: `[${index}]`,
        value: "",
        children: childrenOf(builder, item, `${origin}[${index}]`),
        origin: `${origin}[${index}]`,
        span: builder.spanOf(item),
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
