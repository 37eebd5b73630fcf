/** Compose's durations, sizes and modes as Kubernetes' numbers and quantities. */
import { parseDuration } from "../../../compose/spec/units.ts";

/** Whole seconds of a duration such as `1m30s`, rounded up; nothing where it is not a duration. */
export function seconds(duration: string | undefined): number | undefined {
  const nanoseconds = duration === undefined ? undefined : parseDuration(duration);
  return typeof nanoseconds === "bigint"
    ? Math.max(0, Math.ceil(Number(nanoseconds) / 1_000_000_000))
    : undefined;
}

/** Bytes of `64m`, `1.5g` or a plain number, by compose's binary units. */
export function bytes(size: string | number | undefined): number | undefined {
  if (typeof size === "number") return size;
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)i?b?\s*$/i.exec(size ?? "");
  if (match === null) return undefined;
  return Math.floor(Number(match[1]) * 1024 ** " kmgtp".indexOf((match[2] || " ").toLowerCase()));
}

/** Bytes as a quantity, in the largest unit that leaves no rest: `1073741824` is `1Gi`. */
export function byteQuantity(count: number): string {
  for (
    const [unit, size] of [["Ti", 1024 ** 4], ["Gi", 1024 ** 3], ["Mi", 1024 ** 2], ["Ki", 1024]] as const
  ) {
    if (count > 0 && count % size === 0) return `${count / size}${unit}`;
  }
  return String(count);
}

/** Processors as a quantity: `0.5` is `500m`. */
export function cpuQuantity(cpus: string | number): string | undefined {
  const value = Number(cpus);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return Number.isInteger(value) ? String(value) : `${Math.ceil(value * 1000)}m`;
}

/** A file mode of compose, which is octal text or the number that YAML made of it. */
export function fileMode(mode: string | number | undefined): number | undefined {
  if (mode === undefined) return undefined;
  if (typeof mode === "number") return mode & 0o777;
  return /^(0o?)?[0-7]{3,4}$/.test(mode) ? parseInt(mode.replace(/^0o/, ""), 8) & 0o777 : undefined;
}
