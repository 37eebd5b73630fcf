/** Go durations: read as `time.ParseDuration` reads them, written as `time.Duration.String` writes them. */

/** Nanoseconds of each unit. */
export type Units = Readonly<Record<string, bigint>>;

export const GO_UNITS: Units = {
  ns: 1n,
  us: 1_000n,
  "µs": 1_000n,
  "μs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const LONGEST = 2n ** 63n - 1n;

/** Nanoseconds of `1m30s`, `1.5h` or `-2s`, or why it is no duration. `units` are those that may stand in it. */
export function parseDuration(text: string, units: Units = GO_UNITS): bigint | { readonly reason: string } {
  const sign = text.startsWith("-") ? -1n : 1n;
  const unsigned = text.replace(/^[-+]/, "");
  if (unsigned === "0") return 0n;
  if (unsigned === "") return { reason: "it is empty" };
  let total = 0n;
  let rest = unsigned;
  while (rest !== "") {
    const match = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest);
    const [all = "", whole = "", fraction = "", unit = ""] = match ?? [];
    if (whole === "" && fraction === "") return { reason: `"${rest}" does not start with a number` };
    if (unit === "") return { reason: "a number has no unit" };
    const scale = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (scale === undefined) return { reason: `"${unit}" is not a unit` };
    const digits = fraction.slice(0, 18);
    const part = digits === "" ? 0 : Math.trunc(Number(digits) * (Number(scale) / 10 ** digits.length));
    total += BigInt(whole === "" ? 0 : whole) * scale + BigInt(part);
    if (total > LONGEST) return { reason: "it is too long" };
    rest = rest.slice(all.length);
  }
  return sign * total;
}

/** Go's print of a duration: `1m30s`, `24h0m0s`, `1.5s`, `0s`. */
export function printDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${printDuration(-nanoseconds)}`;
  if (nanoseconds === 0n) return "0s";
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 3)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 6)}ms`;
  const seconds = nanoseconds % 60_000_000_000n;
  const minutes = nanoseconds / 60_000_000_000n;
  const hours = minutes / 60n;
  const tail = `${decimal(seconds, 9)}s`;
  if (minutes === 0n) return tail;
  return hours === 0n ? `${minutes}m${tail}` : `${hours}h${minutes % 60n}m${tail}`;
}

/**
 * Milliseconds of a duration that somebody wrote for this program, such as `10m` or `1h30m`.
 * @throws RangeError for anything else, and for less than nothing
 */
export function milliseconds(text: string): number {
  const nanoseconds = parseDuration(text);
  if (typeof nanoseconds !== "bigint" || /^[-+]/.test(text)) {
    throw new RangeError(`Cannot read "${text}" as a duration: write it like 10m, 1h30m or 45s`);
  }
  return Number(nanoseconds) / 1_000_000;
}

/** `850ms`, `12s`, `3m20s`, `1h5m`: short enough for a line of progress. */
export function shortDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}

/** A number with a fixed number of decimals, trailing zeros left out. */
function decimal(value: bigint, decimals: number): string {
  const digits = String(value).padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  const whole = digits.slice(0, -decimals);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** `9.1s to 17s`; one of them where both read the same. */
export function durationRange(least: number, most: number): string {
  const [from, to] = [shortDuration(least), shortDuration(most)];
  return from === to ? to : `${from} to ${to}`;
}
