/** Go durations: read as Traefik reads them, written as Go's `time.Duration.String` writes them. */

const unitsInNanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "µs": 1_000n,
  "μs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/**
 * Reads `10` (seconds) or `1m30s`, `1.5h`, `-2s`.
 *
 * @returns nanoseconds, or undefined where Traefik refuses the text
 */
export function parseDuration(text: string): bigint | undefined {
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace(/^\+/, "")) * 1_000_000_000n;
  const sign = text.startsWith("-") ? -1n : 1n;
  const body = text.replace(/^[+-]/, "");
  if (!/^((\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  let sum = 0n;
  for (const [, number = "0", unit = "s"] of body.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const nanoseconds = unitsInNanoseconds[unit] ?? 0n;
    const [whole = "", fraction = ""] = number.split(".");
    sum += BigInt(whole === "" ? "0" : whole) * nanoseconds;
    if (fraction !== "") sum += BigInt(fraction) * nanoseconds / 10n ** BigInt(fraction.length);
  }
  return sign * sum;
}

/** Writes nanoseconds as Go does: `1m30s`, `100ms`, `0s`, `1.5s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  if (nanoseconds < 0n) return `-${formatDuration(-nanoseconds)}`;
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 1_000n)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 1_000_000n)}ms`;
  const hours = nanoseconds / 3_600_000_000_000n;
  const minutes = nanoseconds % 3_600_000_000_000n / 60_000_000_000n;
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 1_000_000_000n)}s`;
  if (hours > 0n) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${minutes}m${seconds}` : seconds;
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = (value % unit).toString().padStart(unit.toString().length - 1, "0").replace(/0+$/, "");
  return fraction === "" ? `${value / unit}` : `${value / unit}.${fraction}`;
}

/** The same duration in whole units, as the patterns of the CRDs demand: `1500ms` instead of `1.5s`. */
export function wholeUnits(text: string): string {
  const nanoseconds = text.includes(".") ? parseDuration(text) : undefined;
  if (nanoseconds === undefined) return text;
  const [unit = "ns", size = 1n] =
    Object.entries({ ms: 1_000_000n, us: 1_000n }).find(([, each]) => nanoseconds % each === 0n) ?? [];
  return `${nanoseconds / size}${unit}`;
}
