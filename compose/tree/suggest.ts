/** "Did you mean" within bounds: among very many names nothing is guessed. */
import { nearest } from "../../lib/diagnostics/nearest.ts";

const MAX_CANDIDATES = 1000;

/** The likeliest of the candidates, or none where there are too many to compare, or the word is a single letter. */
export function likeliest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < 2) return undefined;
  const few: string[] = [];
  for (const candidate of candidates) {
    if (few.length >= MAX_CANDIDATES) return undefined;
    if (candidate !== word) few.push(candidate);
  }
  return nearest(word, few);
}
