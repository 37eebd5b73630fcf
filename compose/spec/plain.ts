/** A tree as plain values, for extensions that nothing interprets. */
import { define } from "./field.ts";
import type { Node } from "../tree/node.ts";

/** The JSON value of a node; a time as in RFC 3339, integers beyond 2^53 as the nearest number. */
export function plainValue(node: Node): unknown {
  if (node.kind === "sequence") return node.items.map(plainValue);
  if (node.kind === "mapping") {
    const out: Record<string, unknown> = {};
    for (const [key, value] of node.entries) define(out, key, plainValue(value));
    return out;
  }
  if (node.type === "time") return rfc3339(String(node.value));
  return typeof node.value === "bigint" ? Number(node.value) : node.value;
}

function rfc3339(printed: string): string {
  const [date, clock, offset = "", zone] = printed.split(" ");
  return `${date}T${clock}${zone === "UTC" ? "Z" : `${offset.slice(0, 3)}:${offset.slice(3)}`}`;
}
