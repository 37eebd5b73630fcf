/** The order of migrations: by their numbers, whatever their width; `999_last` comes before `1000_more`. */

/** Compares two ids (`050_databases`). What has no number comes after what has one. */
export function compareIds(left: string, right: string): number {
  const difference = numberOf(left) - numberOf(right);
  if (difference !== 0 && !Number.isNaN(difference)) return difference;
  return left === right ? 0 : left < right ? -1 : 1;
}

function numberOf(id: string): number {
  const [digits] = /^\d+/.exec(id) ?? [];
  return digits === undefined ? Infinity : Number(digits);
}
