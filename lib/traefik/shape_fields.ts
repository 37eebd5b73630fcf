/** Which field of a shape a node is: names without regard to case, and what labels and files have otherwise. */
import type { DecodeProblem, Node } from "./node.ts";
import type { Field, Struct } from "./shapes/shape.ts";

/** Labels and files obey slightly different rules. */
export type Origin = "labels" | "file";

/** One decoding. */
export interface DecodeContext {
  readonly origin: Origin;
  readonly version: string | undefined;
  readonly problems: DecodeProblem[];
  readonly ignored: Node[];
}

/** A field and its name as the JSON has it. */
export interface Found {
  readonly name: string;
  readonly field: Field;
}

/** Undefined where the shape has none of that name. */
export function findField(context: DecodeContext, shape: Struct, node: Node): Found | undefined {
  const folded = node.name.toLowerCase();
  for (const [name, field] of Object.entries(shape.fields)) {
    const singular = field.shape.kind === "structs" && context.origin === "labels" && field.shape.singular;
    if ((singular || name).toLowerCase() === folded) return { name, field };
  }
  return undefined;
}

/** Whether Traefik reads over it there. */
export function isIgnored(context: DecodeContext, field: Field): boolean {
  return (context.origin === "labels" ? field.notInLabels : field.notInFiles) === true;
}
