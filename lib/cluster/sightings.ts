/** What was seen when for the first time, during one wait: what lasts or comes again is told from what was there. */

/** The memory of one wait. */
export interface Sightings {
  /** For how many milliseconds `key` is known; 0 when it is asked for the first time. */
  since(key: string): number;
  /** The value that came with `key` for the first time. */
  first(key: string, value: number): number;
}

/** @param now milliseconds of a clock that only goes forward */
export function sightings(now: () => number): Sightings {
  const times = new Map<string, number>();
  const values = new Map<string, number>();
  return { since: (key) => now() - kept(times, key, now()), first: (key, value) => kept(values, key, value) };
}

function kept(known: Map<string, number>, key: string, value: number): number {
  if (!known.has(key)) known.set(key, value);
  return known.get(key) ?? value;
}
