/** Finds the line of the table that speaks for a key. */
import { COVERAGE, type Coverage } from "./table.ts";

/**
 * By a path from its section, names of entries and numbers of a list left as they are: `service.ports.0.target`,
 * `service.environment.TZ`. The most exact line wins.
 */
export function coverageOf(path: readonly (string | number)[]): Coverage | undefined {
  return COVERAGE[patternOf(path) ?? ""];
}

/** The key of that line. */
export function patternOf(path: readonly (string | number)[]): string | undefined {
  const keys = path.filter((key) => typeof key === "string");
  const exact = candidates(keys).find((candidate) => Object.hasOwn(COVERAGE, candidate));
  if (exact !== undefined) return exact;
  return keys.length < 2 ? undefined : patternOf(keys.slice(0, -1));
}

function candidates(keys: readonly string[]): readonly string[] {
  const joined = keys.join(".");
  // Below `networks` stands a name of the user's own.
  const unnamed = keys.filter((_, index) => index !== 2).join(".");
  return [joined, `${joined}.*`, ...(keys.length > 2 ? [unnamed, `${unnamed}.*`] : [])];
}
