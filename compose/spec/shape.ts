/**
 * The shapes that values may have by the compose specification: the part of its JSON schema that says which kinds
 * of nodes, keys and words are allowed. Every alternative of the schema differs in its kind of node, so a shape
 * holds at most one scalar, one list and one mapping form.
 */

/** Kinds of scalars, as bits. `NUMBER` includes integers. */
export const STRING = 1;
export const INTEGER = 2;
export const NUMBER = 4;
export const BOOLEAN = 8;
export const NULL = 16;

export interface ScalarShape {
  readonly kinds: number;
  readonly words?: readonly string[];
  readonly pattern?: RegExp;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface ListShape {
  readonly items: Shape;
  readonly isUnique?: boolean;
}

export interface MappingShape {
  readonly keys?: ReadonlyMap<string, Shape>;
  /** The shape of every other key that matches the pattern. */
  readonly others?: { readonly pattern: RegExp; readonly shape: Shape };
  /** Keys that are neither known nor matched are let through. */
  readonly isOpen?: boolean;
  /** `x-*` is allowed. */
  readonly hasExtensions?: boolean;
  readonly required?: readonly string[];
  /** At least one of these has to be there. */
  readonly someOf?: readonly string[];
}

export interface Shape {
  readonly scalar?: ScalarShape;
  readonly list?: ListShape;
  readonly mapping?: MappingShape;
}

const NAMES: readonly (readonly [number, string])[] = [
  [STRING, "a string"],
  [INTEGER, "an integer"],
  [NUMBER, "a number"],
  [BOOLEAN, "true or false"],
  [NULL, "nothing"],
];

/** What a shape asks for, as the end of a sentence: `a string, an integer or a list`. */
export function describe(shape: Shape): string {
  const parts: string[] = [];
  const { scalar } = shape;
  if (scalar?.words !== undefined) parts.push(`one of ${scalar.words.map((word) => `"${word}"`).join(", ")}`);
  else if (scalar !== undefined) {
    for (const [bit, name] of NAMES) if ((scalar.kinds & bit) !== 0) parts.push(name);
  }
  if (shape.list !== undefined) parts.push("a list");
  if (shape.mapping !== undefined) parts.push("a mapping");
  const last = parts.pop() ?? "nothing";
  return parts.length === 0 ? last : `${parts.join(", ")} or ${last}`;
}
