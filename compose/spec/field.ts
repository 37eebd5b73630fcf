/** A key of the specification: the shape that its value must have, and how it is read into the canonical form. */
import type { Node } from "../tree/node.ts";
import type { Report } from "../tree/report.ts";
import { INTEGER, type MappingShape, NULL, NUMBER, type ScalarShape, type Shape, STRING } from "./shape.ts";

/** What a reader is given beside the node. */
export interface ReadContext {
  readonly report: Report;
}

/** Reads a node into its canonical JSON value; nothing where the canonical form leaves the key out. */
export type Reader = (node: Node, context: ReadContext) => unknown;

export interface Field {
  readonly shape: Shape;
  readonly read: Reader;
}

/** Fields by key, in the order in which the canonical form prints them. */
export type Fields = Readonly<Record<string, Field>>;

/** A field with scalars of some kinds only. */
export function scalarField(kinds: number, read: Reader, more: Omit<ScalarShape, "kinds"> = {}): Field {
  return { shape: { scalar: { kinds, ...more } }, read };
}

/** A list whose items have one field's shape. */
export function listField(item: Field, options: { isUnique?: boolean } = {}): Field {
  return {
    shape: { list: { items: item.shape, ...options } },
    read: (node, context) => {
      if (node.kind !== "sequence" || node.items.length === 0) return undefined;
      return node.items.map((each) => item.read(each, context) ?? {});
    },
  };
}

interface StructOptions {
  /** Values that the canonical form always prints, by key. */
  readonly always?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly someOf?: readonly string[];
  readonly noExtensions?: boolean;
  /** Keys of the canonical form that differ from the written ones. */
  readonly renamed?: Readonly<Record<string, string>>;
  readonly orNull?: boolean;
}

/** A mapping with known keys. */
export function structField(fields: Fields, options: StructOptions = {}): Field {
  const { required, someOf } = options;
  const mapping: MappingShape = {
    keys: new Map(Object.entries(fields).map(([key, field]) => [key, field.shape])),
    hasExtensions: !options.noExtensions,
    ...(required && { required }),
    ...(someOf && { someOf }),
  };
  const shape: Shape = options.orNull ? { mapping, scalar: { kinds: NULL } } : { mapping };
  return { shape, read: (node, context) => readStruct(node, fields, options, context) };
}

function readStruct(node: Node, fields: Fields, options: StructOptions, context: ReadContext): unknown {
  if (node.kind !== "mapping") return undefined;
  const out: Record<string, unknown> = options.always === undefined ? {} : { ...options.always };
  for (const [key, value] of node.entries) {
    if (!Object.hasOwn(fields, key)) continue;
    const field = fields[key];
    if (field === undefined || value.broken) continue;
    const read = field.read(value, context);
    if (read !== undefined) out[options.renamed?.[key] ?? key] = read;
  }
  return out;
}

/** A mapping from free names to values of one field. A value that reads as nothing prints as `null`. */
export function recordField(pattern: RegExp, item: Field, options: { isOpen?: boolean } = {}): Field {
  return {
    shape: { mapping: { others: { pattern, shape: item.shape }, ...options } },
    read: (node, context) => readRecord(node, item, context),
  };
}

function readRecord(node: Node, item: Field, context: ReadContext): unknown {
  if (node.kind !== "mapping" || node.entries.size === 0) return undefined;
  const out: Record<string, unknown> = {};
  for (const [key, value] of node.entries) {
    if (!value.broken) define(out, key, item.read(value, context) ?? null);
  }
  return out;
}

/** Sets a key that may have any name, `__proto__` included. */
export function define(out: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
  } else out[key] = value;
}

export const STRING_OR_NUMBER = STRING | NUMBER;
export const STRING_OR_INTEGER = STRING | INTEGER;
