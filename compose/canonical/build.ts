/** The long form of `build`. */
import { goPrint } from "../tree/go_print.ts";
import { asText, mapping, type Node, nodeSpan, scalar, text } from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";
import { eachItem, record, rewrite } from "./rewrite.ts";

/** A text is the context. */
export function toBuild(node: Node, report: Report): Node | undefined {
  const context = asText(node);
  if (context !== undefined) return record(node, { context });
  rewrite(node, {
    secrets: eachItem(toReference),
    provenance: toText,
    sbom: toText,
    additional_contexts: toPairs,
    ssh: toSshKeys,
  }, report);
  return undefined;
}

/** A reference to a config or secret; a text is its source. */
export function toReference(node: Node): Node | undefined {
  const source = asText(node);
  return source === undefined ? undefined : record(node, { source });
}

function toText(node: Node): Node | undefined {
  return node.kind === "scalar" && node.type !== "string" ? text(goPrint(node), node) : undefined;
}

function toPairs(node: Node, report: Report): Node | undefined {
  if (node.kind !== "sequence") return undefined;
  const entries = new Map<string, Node>();
  for (const item of node.items) {
    const line = asText(item) ?? "";
    const at = line.indexOf("=");
    if (at < 0) {
      problem(
        report,
        "compose-build-context",
        `"${line}" has no value`,
        nodeSpan(item),
        `write "${line}=<path>"`,
      );
    } else entries.set(line.slice(0, at), text(line.slice(at + 1), item));
  }
  return mapping(entries, node);
}

function toSshKeys(node: Node, report: Report): Node | undefined {
  if (node.kind !== "sequence") return undefined;
  const entries = new Map<string, Node>();
  for (const item of node.items) {
    const line = asText(item) ?? "";
    const at = line.indexOf("=");
    if (at < 0 && line !== "default") {
      problem(
        report,
        "compose-ssh",
        `The SSH key "${line}" has no path`,
        nodeSpan(item),
        `write "${line}=<path>"`,
      );
    } else if (at < 0) entries.set(line, scalar("null", null, item));
    else entries.set(line.slice(0, at), text(line.slice(at + 1), item));
  }
  return mapping(entries, node);
}
