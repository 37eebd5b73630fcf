/** A TOML text to the tree of nodes that Traefik's file decoder makes of it (paerser v0.2.2, file/raw_node.go). */
import type { Span } from "../diagnostics/diagnostic.ts";
import { compareBytes } from "./label_tree.ts";
import type { DecodeProblem, Node } from "./node.ts";
import { parseToml, type TomlTable, type TomlValue } from "./toml.ts";

/** The nodes of the top level, and why there are none where the text is no TOML. */
export function tomlNodes(
  file: string,
  text: string,
): { readonly children: readonly Node[]; readonly problems: readonly DecodeProblem[] } {
  const parsed = parseToml(file, text);
  if (!("root" in parsed)) {
    const { reason, span } = parsed;
    return { children: [], problems: [{ reason: "it is not valid TOML", origin: file, span, hint: reason }] };
  }
  const problems: DecodeProblem[] = [];
  return { children: childrenOf(parsed.root, "", problems), problems };
}

function childrenOf(table: TomlTable, path: string, problems: DecodeProblem[]): Node[] {
  return [...table.entries]
    .map(([name, { value, span }]) =>
      nodeOf(name, value, path === "" ? name : `${path}.${name}`, span, problems)
    )
    .sort((left, right) => compareBytes(left.name, right.name));
}

function nodeOf(
  name: string,
  value: TomlValue,
  origin: string,
  span: Span,
  problems: DecodeProblem[],
): Node {
  if (value.kind === "text") return { name, value: value.text, children: [], origin, span };
  if (value.kind === "table") {
    return { name, value: "", children: childrenOf(value, origin, problems), origin, span };
  }
  const children = value.items.flatMap((item, index): Node[] =>
    item.kind === "table" ? [nodeOf(`[${index}]`, item, `${origin}[${index}]`, item.span, problems)] : []
  );
  const list = value.items.flatMap((item) => item.kind === "text" ? [item.text] : []);
  if (value.items.some(({ kind }) => kind === "list")) {
    const reason = `"${name}" is a list of lists`;
    problems.push({ reason, origin, span, hint: "Write a list of values" });
  }
  return { name, value: "", children, origin, span, ...(list.length === 0 ? {} : { list }) };
}
