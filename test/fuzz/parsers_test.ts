/**
 * A fuzz of every parser: whatever a text is, there is an answer or one of the parser's own errors, soon. The same
 * cases on every machine; FUZZ_SEED and FUZZ_SECONDS (for each parser) look for more.
 */
import assert from "node:assert/strict";
import { mutate, numbers } from "./mutate.ts";
import { TARGETS } from "./targets.ts";

const SEED = Number(Deno.env.get("FUZZ_SEED") ?? "20260101");
const SECONDS = Number(Deno.env.get("FUZZ_SECONDS") ?? "0.4");
/** So many are tried, unless the time is over before; more only where more time is given. */
const MOST = Deno.env.get("FUZZ_SECONDS") === undefined ? 400 : Infinity;
/** No text of these lengths keeps a parser longer, on a machine with much else to do. */
const SLOWEST_MS = 5_000;
const MOST_GROWTH = 512 * 1024 * 1024;

for (const target of TARGETS) {
  Deno.test(`fuzz: ${target.name}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "fuzz-" });
    const next = numbers(SEED);
    const before = Deno.memoryUsage().heapUsed;
    const end = performance.now() + SECONDS * 1000;
    let count = 0;
    try {
      while (count < MOST && (count < target.corpus.length || performance.now() < end)) {
        const own = target.corpus[count % target.corpus.length] ?? "";
        const other = target.corpus[next(target.corpus.length)] ?? "";
        const text = count < target.corpus.length ? own : mutate(own, other, next);
        const began = performance.now();
        try {
          await target.run(text, directory);
        } catch (error) {
          const isAnswer = (target.answers ?? []).some((kind) => error instanceof kind) &&
            !(error instanceof RangeError && /call stack/.test(error.message));
          if (!isAnswer) {
            throw new Error(`${target.name}, seed ${SEED}: ${JSON.stringify(text)}`, { cause: error });
          }
        }
        const took = performance.now() - began;
        assert.ok(took < SLOWEST_MS, `${target.name}: ${Math.round(took)} ms for ${JSON.stringify(text)}`);
        count++;
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
    assert.ok(Deno.memoryUsage().heapUsed - before < MOST_GROWTH);
    await Deno.stdout.write(new TextEncoder().encode(`  ${count} texts\n`));
  });
}
