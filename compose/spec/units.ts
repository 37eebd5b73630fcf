/** Sizes and durations as compose writes them: Docker's binary units and Go's durations with days and weeks. */

import { GO_UNITS, parseDuration as parseGoDuration } from "../../lib/values/duration.ts";
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

const DAYS = { d: 86_400_000_000_000n, w: 604_800_000_000_000n };

/** Nanoseconds of a duration such as `1m30s`, `1.5h` or `2d`, or why it is none (xhit/go-str2duration). */
export function parseDuration(text: string): ReturnType<typeof parseGoDuration> {
  return parseGoDuration(text, { ...GO_UNITS, ...DAYS });
}
