/** Reads JSON of which no type is known: an object of Kubernetes, values of a chart, an engine's answer. */

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a map, or nothing. */
export function record(value: unknown): Json | undefined {
  return isRecord(value) ? value : undefined;
}

/** A value as a map; an empty one where it is none. */
export function fields(value: unknown): Json {
  return isRecord(value) ? value : {};
}

/** The maps of a list; empty where there is none. */
export function list(value: unknown): readonly Json[] {
  return items(value).filter(isRecord);
}

/** The entries of a list, whatever they are; empty where there is none. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What an object has under a key of its own, or nothing. */
export function field(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A record whose maps have their own keys alone: `constructor` is in one only where it was written. */
export function ownKeysOnly<T extends object>(sections: T): T {
  const bare = (value: unknown): unknown =>
    isRecord(value) ? Object.assign(Object.create(null), value) : value;
  // The edge: a copy has the shape of what was copied.
  return Object.fromEntries(Object.entries(sections).map(([key, value]) => [key, bare(value)])) as T;
}

/** The key only where there is a value: objects hold no `undefined`. */
export function optional<T>(key: string, value: T | undefined): Json {
  if (value === undefined) return {};
  if (Array.isArray(value) && value.length === 0) return {};
  if (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  ) return {};
  return { [key]: value };
}
