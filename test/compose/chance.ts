/** How often and from which seed properties are tried. */

/** The same cases on every machine; `CHANCE_SEED=random` looks for new ones, a number tries one again. */
export function chance(numRuns: number): { numRuns: number; seed?: number } {
  const seed = Deno.env.get("CHANCE_SEED") ?? "20260101";
  return seed === "random" ? { numRuns } : { numRuns, seed: Number(seed) };
}
