/**
 * A tree of nodes to typed JSON, by a shape: the second and third stage of Traefik's decoder (paerser v0.2.2,
 * parser/nodes_metadata.go and element_fill.go). Every problem is collected; Traefik stops at the first.
 */
import { isOlder } from "../decisions/traefik.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { parseDuration } from "./duration.ts";
import { printDuration } from "../values/duration.ts";
import { type DecodeProblem, type Node, problemAt } from "./node.ts";
import type { Field, Scalar, Shape, Struct } from "./shapes/shape.ts";

/** Labels and files obey slightly different rules. */
export type Origin = "labels" | "file";

export interface Decoded {
  /** The JSON that Traefik would show; undefined where it is refused. */
  readonly value?: Readonly<Record<string, unknown>>;
  readonly problems: readonly DecodeProblem[];
  /** Nodes that Traefik reads over without a word. */
  readonly ignored: readonly Node[];
}

type JsonObject = Record<string, unknown>;

interface Context {
  readonly origin: Origin;
  readonly version: string | undefined;
  readonly problems: DecodeProblem[];
  readonly ignored: Node[];
}

/**
 * Decodes the children of `root` as the fields of `shape`.
 *
 * @param version of the Traefik that reads them, as its image's tag says; absent: the newest
 */
export function decode(root: Node, shape: Struct, origin: Origin, version?: string): Decoded {
  const context: Context = { origin, version, problems: [], ignored: [] };
  checkStruct(context, shape, root);
  const value = fillStruct(context, shape, root);
  const { problems, ignored } = context;
  return problems.length > 0 ? { problems, ignored } : { value, problems, ignored };
}

interface Found {
  readonly name: string;
  readonly field: Field;
}

function findField(context: Context, shape: Struct, node: Node): Found | undefined {
  const folded = node.name.toLowerCase();
  for (const [name, field] of Object.entries(shape.fields)) {
    const singular = field.shape.kind === "structs" && context.origin === "labels" && field.shape.singular;
    if ((singular || name).toLowerCase() === folded) return { name, field };
  }
  return undefined;
}

function checkStruct(context: Context, shape: Struct, node: Node): void {
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

function unknownField(context: Context, shape: Struct, node: Node): DecodeProblem {
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
function isTooNew({ version }: Context, { since }: Field): boolean {
  return version !== undefined && since !== undefined && isOlder(version, since);
}

function newField({ version }: Context, { name, field }: Found, node: Node): DecodeProblem {
  return problemAt(
    node,
    `Traefik ${version} has no field "${name}"`,
    `Traefik has it since ${field.since}: give the stack's Traefik an image of that version, or remove it`,
  );
}

function checkField(context: Context, field: Field, node: Node): void {
  const { shape } = field;
  const composite = shape.kind === "struct" || shape.kind === "map";
  if (composite && node.children.length === 0 && field.allowEmpty !== true && !isIgnored(context, field)) {
    context.problems.push(
      problemAt(node, `"${node.name}" cannot stand alone`, `Give one of its fields a value, or remove it`),
    );
  }
  checkShape(context, shape, node);
}

function checkShape(context: Context, shape: Shape, node: Node): void {
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

function isIgnored(context: Context, field: Field): boolean {
  return (context.origin === "labels" ? field.notInLabels : field.notInFiles) === true;
}

function isSwitchedOff(field: Field, node: Node): boolean {
  return field.allowEmpty === true && node.value !== "" && node.value.toLowerCase() !== "true";
}

function fillStruct(context: Context, shape: Struct, node: Node, existing?: JsonObject): JsonObject {
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

function fill(context: Context, shape: Shape, node: Node, existing: unknown): unknown {
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
      return fillScalar(context, shape, node);
  }
}

function fillStructs(context: Context, shape: Shape & { kind: "structs" }, node: Node): unknown {
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

function fillMap(context: Context, of: Shape, node: Node): JsonObject {
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

function fillList(context: Context, node: Node): string[] {
  if (node.list !== undefined) return node.list.map((item) => item.trim());
  if (node.children.length > 0) context.ignored.push(...node.children);
  return node.value === "" ? [] : node.value.split(",").map((item) => item.trim());
}

/** The words of Go's strconv.ParseBool. */
const booleans: Readonly<Record<string, boolean>> = {
  "1": true,
  t: true,
  T: true,
  TRUE: true,
  true: true,
  True: true,
  "0": false,
  f: false,
  F: false,
  FALSE: false,
  false: false,
  False: false,
};

function fillScalar(context: Context, shape: Scalar, node: Node): unknown {
  switch (shape.kind) {
    case "string":
      return node.value;
    case "boolean": {
      const value = booleans[node.value];
      if (value === undefined) context.problems.push(notA(node, "a boolean", `Write "true" or "false"`));
      return value;
    }
    case "integer": {
      const value = /^[+-]?\d+$/.test(node.value) ? BigInt(node.value.replace(/^\+/, "")) : undefined;
      if (value === undefined || BigInt.asIntN(64, value) !== value) {
        context.problems.push(notA(node, "a whole number", "Write a decimal number without a unit"));
        return undefined;
      }
      return Number(value);
    }
    case "duration": {
      const value = parseDuration(node.value);
      if (value === undefined) {
        context.problems.push(
          notA(node, "a duration", `Write seconds ("10") or a duration with units ("1m30s")`),
        );
        return undefined;
      }
      return printDuration(value);
    }
  }
}

function notA(node: Node, what: string, hint: string): DecodeProblem {
  const shown = node.value === "" ? "the empty text" : `"${node.value}"`;
  return problemAt(node, `${shown} is not ${what}`, hint);
}
