/** fast-check with one seed for every property: a run of CI never fails by chance. */

import fc from "fast-check";

/** The same cases on every machine; `CHANCE_SEED=random` looks for new ones, a number tries one again. */
const seed = Deno.env.get("CHANCE_SEED") ?? "20260101";
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });

export { fc };
