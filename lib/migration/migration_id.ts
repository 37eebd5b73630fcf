/** The order of migrations: by their number, then by their name. */

/** Compares two ids such as `050_databases`, as `sort` wants it: numbers as numbers, so that 999 comes before 1000. */
export function compareIds(left: string, right: string): number {
  return parseInt(left) - parseInt(right) || (left < right ? -1 : left > right ? 1 : 0);
}
