/** What a cluster tells of its Traefik, and what is missing there. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import { record } from "../../values/json.ts";

/** What a cluster tells of its Traefik: nothing of it where it was asked and does not say. */
export interface ClusterTraefik {
  /**
   * The fields of its definitions of Traefik's kinds: `Middleware.spec.retry.status`, items of lists without an index,
   * values of an enumeration after `=`. Absent where nobody may read them.
   */
  readonly fields?: ReadonlySet<string>;
  /** The version of the Traefik that runs, by its image; absent where that does not say. */
  readonly version?: string;
}

/** What the cluster's Traefik does not have. */
export interface MissingField {
  readonly what: string;
  readonly since: string;
  readonly without: string;
  readonly span?: Span;
  /** No cluster told it, and no version is decided. */
  readonly isUntold: boolean;
}

/** The fields of a kind by its schema, as `ClusterTraefik.fields` has them. */
export function fieldsOfSchema(kind: string, schema: unknown): string[] {
  const { properties, items, enum: values } = record(schema) ?? {};
  const inner = Object.entries(record(properties) ?? {});
  return [
    ...inner.flatMap(([name, field]) => [`${kind}.${name}`, ...fieldsOfSchema(`${kind}.${name}`, field)]),
    ...(items === undefined ? [] : fieldsOfSchema(kind, items)),
    ...(Array.isArray(values) ? values.map((value) => `${kind}=${value}`) : []),
  ];
}
