/**
 * A small language for the types of Traefik's dynamic configuration, so that labels and files are decoded by
 * the same rules that Traefik's own decoder (github.com/traefik/paerser v0.2.2) takes from its Go types.
 */

/** A value that is one string in a label. `pointer`: a zero value is kept in the JSON, because it was set. */
export type Scalar = {
  readonly kind: "string" | "boolean" | "integer" | "duration";
  readonly pointer?: true;
};

/** A field of a struct, by the JSON name; Traefik matches it without regard to case. */
export interface Field {
  readonly shape: Shape;
  /** May stand alone in a label or file (`tls=true`); any other text than "true" switches it off. */
  readonly allowEmpty?: true;
  /** Ignored where it comes from a label (Go tag `label:"-"`). */
  readonly notInLabels?: true;
  /** Ignored where it comes from a file (Go tag `file:"-"`). */
  readonly notInFiles?: true;
  /** Written into the JSON even when it is empty (no `omitempty`, or a struct by value). */
  readonly always?: true;
  /** The first version of Traefik 3 that has it, such as `3.7`; absent: each that is read here has it. */
  readonly since?: string;
}

export interface Struct {
  readonly kind: "struct";
  readonly fields: Readonly<Record<string, Field>>;
  /** What `SetDefaults` puts into it when it is created, as JSON. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

export type Shape =
  | Scalar
  | Struct
  | { readonly kind: "list" }
  /** A list of structs; in labels by index, or as one struct named `singular` (`loadbalancer.server.port`). */
  | { readonly kind: "structs"; readonly of: Struct; readonly singular?: string }
  | { readonly kind: "map"; readonly of: Shape }
  /** Free form: a plugin's own configuration. */
  | { readonly kind: "raw" };

type FieldInput = Shape | Field;

export const string: Scalar = { kind: "string" };
export const boolean: Scalar = { kind: "boolean" };
export const integer: Scalar = { kind: "integer" };
export const duration: Scalar = { kind: "duration" };
export const list: Shape = { kind: "list" };
export const raw: Shape = { kind: "raw" };

/** A struct of fields, with the defaults that its `SetDefaults` sets. */
export function struct(
  fields: Readonly<Record<string, FieldInput>>,
  defaults?: Readonly<Record<string, unknown>>,
): Struct {
  const complete = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, "kind" in field ? { shape: field } : field]),
  );
  return defaults === undefined
    ? { kind: "struct", fields: complete }
    : { kind: "struct", fields: complete, defaults };
}

/** A scalar behind a pointer: `false` and `0` stay in the JSON. */
export function pointer(scalar: Scalar): Scalar {
  return { ...scalar, pointer: true };
}

/** A map from names to one shape. */
export function map(of: Shape): Shape {
  return { kind: "map", of };
}

/** A list of structs. */
export function structs(of: Struct, singular?: string): Shape {
  return singular === undefined ? { kind: "structs", of } : { kind: "structs", of, singular };
}

/** A field that may stand alone. */
export function allowEmpty(shape: Shape): Field {
  return { shape, allowEmpty: true };
}

/** A field that came with a version; before, Traefik refuses what has it. */
export function since(version: string, field: FieldInput): Field {
  return { ...("kind" in field ? { shape: field } : field), since: version };
}

/** A field that labels cannot set. */
export function notInLabels(field: FieldInput): Field {
  return { ...("kind" in field ? { shape: field } : field), notInLabels: true };
}
