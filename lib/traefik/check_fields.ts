/** Whether every node is a field of the shape: the second stage of Traefik's decoder (paerser v0.2.2, parser/nodes_metadata.go). */
import { isOlder } from "../decisions/traefik.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { type DecodeProblem, type Node, problemAt } from "./node.ts";
import { type DecodeContext, findField, type Found, isIgnored } from "./shape_fields.ts";
import type { Field, Shape, Struct } from "./shapes/shape.ts";

/** What Traefik would refuse below the node goes to the problems. */
export function checkStruct(context: DecodeContext, shape: Struct, node: Node): void {
  for (const child of node.children) {
    const found = findField(context, shape, child);
    if (found === undefined) {
      context.problems.push(unknownField(context, shape, child));
    } else if (isTooNew(context, found.field)) {
      context.problems.push(newField(context, found, child));
    } else {
      checkField(context, found.field, child);
    }
  }
}

function unknownField(context: DecodeContext, shape: Struct, node: Node): DecodeProblem {
  const names = Object.entries(shape.fields)
    .filter(([, field]) => !isIgnored(context, field))
    .map(([name, { shape: inner }]) =>
      inner.kind === "structs" && context.origin === "labels" ? inner.singular ?? name : name
    );
  const near = nearest(node.name, names);
  const known = names.length === 0 ? "it takes no fields here" : `the fields here are ${names.join(", ")}`;
  const hint = near === undefined
    ? `Correct or remove it: ${known}`
    : `Did you mean "${near}"? Otherwise remove it: ${known}`;
  return problemAt(node, `the field "${node.name}" does not exist`, hint);
}

/** Whether the Traefik that reads it is older than the field. */
function isTooNew({ version }: DecodeContext, { since }: Field): boolean {
  return version !== undefined && since !== undefined && isOlder(version, since);
}

function newField({ version }: DecodeContext, { name, field }: Found, node: Node): DecodeProblem {
  return problemAt(
    node,
    `Traefik ${version} has no field "${name}"`,
    `Traefik has it since ${field.since}: give the stack's Traefik an image of that version, or remove it`,
  );
}

function checkField(context: DecodeContext, field: Field, node: Node): void {
  const { shape } = field;
  const composite = shape.kind === "struct" || shape.kind === "map";
  if (composite && node.children.length === 0 && field.allowEmpty !== true && !isIgnored(context, field)) {
    context.problems.push(
      problemAt(node, `"${node.name}" cannot stand alone`, `Give one of its fields a value, or remove it`),
    );
  }
  checkShape(context, shape, node);
}

function checkShape(context: DecodeContext, shape: Shape, node: Node): void {
  if (node.children.length === 0) return;
  switch (shape.kind) {
    case "struct":
      return checkStruct(context, shape, node);
    case "map":
      if (shape.of.kind === "struct") {
        for (const child of node.children) checkStruct(context, shape.of, child);
      }
      return;
    case "structs":
      if (shape.singular !== undefined && context.origin === "labels") {
        return checkStruct(context, shape.of, node);
      }
      for (const child of node.children) checkStruct(context, shape.of, child);
      return;
    case "list":
      for (const child of node.children) {
        for (const grandchild of child.children) {
          context.problems.push(
            problemAt(
              grandchild,
              `the field "${grandchild.name}" does not exist`,
              "Write the list as one value: a,b",
            ),
          );
        }
      }
      return;
    case "raw":
      return;
    default:
      context.problems.push(
        problemAt(
          node.children[0] ?? node,
          `"${node.name}" has no fields`,
          `Give "${node.name}" itself the value`,
        ),
      );
  }
}
