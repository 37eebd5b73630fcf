/** "Did you mean": the candidate that a mistyped word most likely stands for. */

/**
 * The nearest candidate by edit distance (insert, delete, replace, swap of neighbours; letter case is free),
 * or none where even the nearest differs in more than a third of its letters, or in more than `most`.
 */
export function nearest(word: string, candidates: Iterable<string>, most = Infinity): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const third = Math.floor(Math.max(word.length, candidate.length) / 3);
    const limit = Math.min(most, Math.max(1, third));
    if (Math.abs(word.length - candidate.length) > limit) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The same for names of several words, of which the last may be missing: `kube-bind-sorce` is one letter and one word
 * away from `kube-bind-source-missing`.
 */
export function nearestName(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  const count = wanted.split(WORD_END).length;
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const ends = [...candidate.matchAll(new RegExp(WORD_END, "g"))].map(({ index }) => index);
    const end = ends[count - 1];
    const beginning = end === undefined || end < SHORTEST ? undefined : candidate.slice(0, end);
    const [whole, short] = [candidate, beginning].map((name) =>
      name === undefined || nearest(wanted, [name]) === undefined
        ? Infinity
        : editDistance(wanted, name.toLowerCase())
    );
    const distance = Math.min(whole ?? Infinity, (short ?? Infinity) + ends.length - count + 1 + WORD_LOST);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** A beginning of fewer letters says too little. */
const SHORTEST = 3;

/** Of two that are as far, the one with as many words is nearer. */
const WORD_LOST = 0.5;

const WORD_END = /[-_./ ]/;

/** Optimal string alignment distance, row by row. */
function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, at(before, column - 2) + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
