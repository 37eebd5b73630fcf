/** Durations of Traefik: Go's, and whole numbers of seconds. */
import { parseDuration as parseGoDuration } from "../values/duration.ts";

/**
 * Reads `10` (seconds) or `1m30s`, `1.5h`, `-2s`.
 *
 * @returns nanoseconds, or undefined where Traefik refuses the text
 */
export function parseDuration(text: string): bigint | undefined {
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace(/^\+/, "")) * 1_000_000_000n;
  const nanoseconds = parseGoDuration(text);
  return typeof nanoseconds === "bigint" ? nanoseconds : undefined;
}

/** The same duration in whole units, as the patterns of the CRDs demand: `1500ms` instead of `1.5s`. */
export function wholeUnits(text: string): string {
  const nanoseconds = text.includes(".") ? parseDuration(text) : undefined;
  if (nanoseconds === undefined) return text;
  const [unit = "ns", size = 1n] =
    Object.entries({ ms: 1_000_000n, us: 1_000n }).find(([, each]) => nanoseconds % each === 0n) ?? [];
  return `${nanoseconds / size}${unit}`;
}
