/** Sizes and durations as compose writes them: Docker's binary units and Go's durations with days and weeks. */

import { toFloat } from "../interpolation/casts.ts";

const UNITS = "kmgtp";

/**
 * Bytes of a size such as `1.5g`, `512 MiB` or `-1`, or why it is none. Units are powers of 1024, in any case,
 * with an optional `b` or `ib` (docker/go-units, `RAMInBytes`).
 */
export function parseBytes(text: string): bigint | { readonly reason: string } {
  if (/^[-+]?\d+$/.test(text)) {
    const whole = BigInt(text.replace(/^\+/, ""));
    if (whole < 2n ** 63n && whole >= -(2n ** 63n)) return whole;
  }
  const match = /^([^]*[0-9. ])?([^0-9. ]*)$/.exec(text);
  let number = match?.[1] ?? "";
  const suffix = (match?.[2] ?? "").toLowerCase();
  if (number === "") return { reason: "a size starts with a number" };
  if (number.endsWith(" ")) number = number.slice(0, -1);
  const size = number.startsWith("-") ? undefined : toFloat(number);
  if (size === undefined) return { reason: `"${number}" is not a positive number` };
  const unit = /^(?:b|([kmgtp])(?:b|ib)?)?$/.exec(suffix);
  if (unit === null) return { reason: `"${suffix}" is not a unit` };
  const power = unit[1] === undefined ? 0 : UNITS.indexOf(unit[1]) + 1;
  const bytes = size * 1024 ** power;
  if (bytes >= 2 ** 63) return { reason: "it is too large" };
  return BigInt(Math.trunc(bytes));
}

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  "µs": 1000n,
  "μs": 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};
const MAX_DURATION = 2n ** 63n - 1n;

/** Nanoseconds of a duration such as `1m30s`, `1.5h` or `2d`, or why it is none (xhit/go-str2duration). */
export function parseDuration(text: string): bigint | { readonly reason: string } {
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
    const scale = Object.hasOwn(NANOSECONDS, unit) ? NANOSECONDS[unit] : undefined;
    if (scale === undefined) return { reason: `"${unit}" is not a unit` };
    const digits = fraction.slice(0, 18);
    const part = digits === "" ? 0 : Math.trunc(Number(digits) * (Number(scale) / 10 ** digits.length));
    total += BigInt(whole === "" ? 0 : whole) * scale + BigInt(part);
    if (total > MAX_DURATION) return { reason: "it is too long" };
    rest = rest.slice(all.length);
  }
  return sign * total;
}

/** Go's print of a duration: `1m30s`, `24h0m0s`, `1.5s`, `0s`. */
export function printDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${printDuration(-nanoseconds)}`;
  if (nanoseconds === 0n) return "0s";
  if (nanoseconds < 1000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 3)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 6)}ms`;
  const seconds = nanoseconds % 60_000_000_000n;
  const minutes = nanoseconds / 60_000_000_000n;
  const hours = minutes / 60n;
  const tail = `${decimal(seconds, 9)}s`;
  if (minutes === 0n) return tail;
  return hours === 0n ? `${minutes}m${tail}` : `${hours}h${minutes % 60n}m${tail}`;
}

/** A number with a fixed number of decimals, trailing zeros left out. */
function decimal(value: bigint, decimals: number): string {
  const digits = String(value).padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  const whole = digits.slice(0, -decimals);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
