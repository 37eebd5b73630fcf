/** Ids of migrations: their order by number, whatever its width (`999_last` comes before `1000_more`), and what they are called. */

/** Compares two ids (`050_databases`). What has no number comes after what has one. */
export function compareIds(left: string, right: string): number {
  const difference = numberOf(left) - numberOf(right);
  if (difference !== 0 && !Number.isNaN(difference)) return difference;
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The id that is called so: by itself, by its name, or by its number with leading zeros or without (`050`, `50`). */
export function findId(ids: readonly string[], wanted: string): string | undefined {
  const isNumber = /^\d+$/.test(wanted);
  return ids.find((id) =>
    id === wanted || id.replace(/^\d+_/, "") === wanted || isNumber && numberOf(id) === Number(wanted)
  );
}

function numberOf(id: string): number {
  const [digits] = /^\d+/.exec(id) ?? [];
  return digits === undefined ? Infinity : Number(digits);
}
