/** Reads JSON of which no type is known: an object of Kubernetes, values of a chart. */

/** A value as a map, or nothing. */
export function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    // The edge: any JSON object is a map of its keys.
    ? value as Record<string, unknown>
    : undefined;
}

/** The maps of a list; empty where there is none. */
export function list(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value)
    ? value.flatMap((entry: unknown) => {
      const found = record(entry);
      return found === undefined ? [] : [found];
    })
    : [];
}
