/** Chooses some of many by a seed: the same seed chooses the same. */

/** @returns `count` of them, in their own order. */
export function chosen<T>(all: readonly T[], count: number, seed: number): readonly T[] {
  const ranked = all.map((each, index) => ({ each, index, rank: mixed(seed, index) }))
    .toSorted((left, right) => left.rank - right.rank).slice(0, count);
  return ranked.toSorted((left, right) => left.index - right.index).map(({ each }) => each);
}

/** Spreads a seed and a number over 32 bits, as Murmur's finalizer does. */
function mixed(seed: number, index: number): number {
  let hash = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
