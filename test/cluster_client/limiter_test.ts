import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { Limiter } from "../../lib/cluster/limiter.ts";

/** So many tasks that wait until they are let go. */
function tasks(
  limiter: Limiter,
  count: number,
): { readonly started: () => number; readonly end: (many: number) => Promise<void> } {
  const open: (() => void)[] = [];
  let started = 0;
  for (let index = 0; index < count; index++) {
    void limiter.run(() => {
      started++;
      return new Promise<void>((resolve) => open.push(resolve));
    });
  }
  return {
    started: () => started,
    end: async (many) => {
      for (const resolve of open.splice(0, many)) resolve();
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

Deno.test("Limiter lets no more through at once than it allows, and the others in their order", async () => {
  const limiter = new Limiter();
  const { limit } = limiter;
  const work = tasks(limiter, limit + 5);
  assert.equal(work.started(), limit);
  await work.end(2);
  assert.equal(work.started(), limit + 2);
  await work.end(limit + 5);
  await work.end(limit + 5);
  assert.equal(work.started(), limit + 5);
});

Deno.test("Limiter allows one more for each round of good answers, up to its most", () => {
  const limiter = new Limiter();
  const { limit } = limiter;
  for (let answer = 0; answer < limit; answer++) limiter.answered(5);
  assert.equal(limiter.limit, limit + 1);
  for (let answer = 0; answer < 10_000; answer++) limiter.answered(5);
  assert.ok(limiter.limit <= 32);
});

Deno.test("Limiter halves once for all that the server refuses in the same moment, never below one", async () => {
  const limiter = new Limiter();
  const { limit } = limiter;
  const work = tasks(limiter, limit);
  for (let answer = 0; answer < limit; answer++) limiter.overloaded();
  assert.equal(limiter.limit, limit / 2);
  await work.end(limit);
  for (let answer = 0; answer < 100; answer++) limiter.overloaded();
  assert.equal(limiter.limit, 1);
});

Deno.test("Limiter takes answers for slow that take many times longer than they did, and only those", () => {
  const quick = new Limiter();
  quick.answered(20);
  quick.answered(1_500);
  assert.equal(quick.limit, 12, "75 times as long");
  const far = new Limiter();
  for (let answer = 0; answer < 24; answer++) far.answered(1_500);
  assert.equal(far.limit, 25, "a server that is always slow is not overloaded");
  const short = new Limiter();
  for (const elapsed of [1, ...Array.from({ length: 23 }, () => 900)]) short.answered(elapsed);
  assert.equal(short.limit, 25, "below a second nothing is slow");
});

Deno.test("Limiter stays between one and its most, whatever happens", () => {
  fc.assert(fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 60_000 }))), (answers) => {
    const limiter = new Limiter();
    for (const answer of answers) {
      if (answer === null) limiter.overloaded();
      else limiter.answered(answer);
      assert.ok(limiter.limit >= 1 && limiter.limit <= 32);
    }
  }));
});
