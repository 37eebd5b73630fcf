/** Nodes to values, with the defaults of the shape: the third stage of Traefik's decoder (paerser v0.2.2, element_fill.go). */
import { decodeScalar } from "./decode_scalar.ts";
import { type Node, problemAt } from "./node.ts";
import { type DecodeContext, findField, isIgnored } from "./shape_fields.ts";
import type { Field, Shape, Struct } from "./shapes/shape.ts";

type JsonObject = Record<string, unknown>;

function isSwitchedOff(field: Field, node: Node): boolean {
  return field.allowEmpty === true && node.value !== "" && node.value.toLowerCase() !== "true";
}

/** The node as JSON of that shape; without `existing`, on the defaults. */
export function fillStruct(
  context: DecodeContext,
  shape: Struct,
  node: Node,
  existing?: JsonObject,
): JsonObject {
  const result = existing ?? structuredClone({ ...shape.defaults });
  for (const child of node.children) {
    const found = findField(context, shape, child);
    if (found === undefined) continue;
    if (isIgnored(context, found.field)) {
      context.ignored.push(child);
      continue;
    }
    if (isSwitchedOff(found.field, child)) continue;
    const value = fill(context, found.field.shape, child, result[found.name]);
    if (value === undefined || (isZero(found.field.shape, value) && found.field.always !== true)) {
      delete result[found.name];
    } else {
      result[found.name] = value;
    }
  }
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.always === true && result[name] === undefined) {
      result[name] = field.shape.kind === "boolean" ? false : field.shape.kind === "struct" ? {} : undefined;
    }
  }
  return result;
}

function isZero(shape: Shape, value: unknown): boolean {
  if ("pointer" in shape && shape.pointer === true) return false;
  if (Array.isArray(value)) return value.length === 0;
  if (shape.kind === "map") return Object.keys(value as JsonObject).length === 0;
  return value === "" || value === false || value === 0 || value === "0s";
}

function fill(context: DecodeContext, shape: Shape, node: Node, existing: unknown): unknown {
  switch (shape.kind) {
    case "struct":
      return fillStruct(context, shape, node, existing as JsonObject | undefined);
    case "map":
      return fillMap(context, shape.of, node);
    case "structs":
      return fillStructs(context, shape, node);
    case "list":
      return fillList(context, node);
    case "raw":
      return rawValue(node);
    default:
      return decodeScalar(context.problems, shape, node);
  }
}

function fillStructs(context: DecodeContext, shape: Shape & { kind: "structs" }, node: Node): unknown {
  if (shape.singular === undefined || context.origin === "file") {
    return node.children.map((child) => fillStruct(context, shape.of, child));
  }
  if (node.children.length === 0) {
    context.problems.push(
      problemAt(
        node,
        `"${node.name}" cannot stand alone`,
        "Give one of its fields a value, such as its port",
      ),
    );
  }
  return [fillStruct(context, shape.of, node)];
}

function fillMap(context: DecodeContext, of: Shape, node: Node): JsonObject {
  const result: JsonObject = {};
  for (const child of node.children) {
    if (of.kind === "string") Object.assign(result, flatten(child.name, child));
    else result[child.name] = of.kind === "raw" ? rawObject(child) : fill(context, of, child, undefined);
  }
  return result;
}

/** Dots in a header's name were taken for levels: they are put back. */
function flatten(name: string, node: Node): Record<string, string> {
  if (node.children.length === 0) return { [name]: node.value };
  return Object.assign({}, ...node.children.map((child) => flatten(`${name}.${child.name}`, child)));
}

function rawObject(node: Node): JsonObject {
  return Object.fromEntries(node.children.map((child) => [child.name, rawValue(child)]));
}

function rawValue(node: Node): unknown {
  if (node.list !== undefined) return node.list;
  const [first] = node.children;
  if (first === undefined) return node.value;
  if (first.name.startsWith("[") && first.name.endsWith("]")) return node.children.map(rawValue);
  return rawObject(node);
}

function fillList(context: DecodeContext, node: Node): string[] {
  if (node.list !== undefined) return node.list.map((item) => item.trim());
  if (node.children.length > 0) context.ignored.push(...node.children);
  return node.value === "" ? [] : node.value.split(",").map((item) => item.trim());
}
