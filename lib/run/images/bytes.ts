/** Sizes in words, as docker shows them. */

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** `182 MB`, by thousands. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = value < 10 && unit > 0 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}
