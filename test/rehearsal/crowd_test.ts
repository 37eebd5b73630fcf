/** How busy the machine was, and what an outage would have been without the copy. */
import assert from "node:assert/strict";
import { atRest, Crowd, meanBetween, processorsOfMachine, withoutCopy } from "../../lib/rehearsal/crowd.ts";
import { comesTrue } from "./comes_true.ts";

Deno.test("programs of the copy are taken out as far as they share the processors with others", () => {
  const cases: readonly (readonly [
    before: number,
    ofCopy: number,
    during: number,
    processors: number,
    expected: number,
  ])[] = [
    [1, 1, 2, 4, 10_000], // Nobody waited.
    [3, 3, 8, 2, 6_250], // Two are of what moves.
    [3, 0, 5, 2, 10_000], // There is no copy to speak of.
    [1, 1, 3, 2, 6_667], // What is left has a processor each.
    [4, 4, 4, 2, 10_000], // The copy has stopped: never more than was measured.
    [1, 1, 20, 2, 1_500], // A queue that grew because there were two: one is served, and what moves has both processors.
  ];
  for (const [before, ofCopy, during, processors, expected] of cases) {
    const told = withoutCopy(10_000, { before, during, ofCopy, processors });
    assert.equal(told, expected, `${before} ${ofCopy} ${during}`);
  }
  assert.equal(withoutCopy(0, { before: 4, during: 9, ofCopy: 4, processors: 2 }), 0);
});

Deno.test("the copy adds what it adds at rest, and no more than the stack itself", () => {
  assert.deepEqual(atRest(4, 7), { before: 4, ofCopy: 3 });
  assert.deepEqual(atRest(4, 3), { before: 4, ofCopy: 0 });
  assert.deepEqual(atRest(1, 9), { before: 1, ofCopy: 1 }, "a nightly job began meanwhile");
  assert.equal(atRest(undefined, 9), undefined);
});

Deno.test("the mean is of the looks within the time, and there is none of a few", () => {
  const looks = Array.from({ length: 40 }, (_, index) => ({ at: index * 100, running: index < 20 ? 1 : 7 }));
  assert.equal(meanBetween(looks, 0, 1_900), 1);
  assert.equal(meanBetween(looks, 2_000, 3_900), 7);
  assert.equal(meanBetween(looks, 1_000, 2_900), 4);
  assert.equal(meanBetween(looks, 0, 800), undefined, "nine looks");
  assert.equal(meanBetween([], 0, 9_000), undefined);
});

Deno.test("it looks again and again, and not where no kernel says", async () => {
  const crowd = new Crowd(() => Promise.resolve(3));
  await comesTrue(() => crowd.mean(0, Date.now()) === 3);
  await crowd.end();
  let asked = 0;
  const silent = new Crowd(() => Promise.resolve(void asked++));
  assert.equal(await silent.atRest(new AbortController().signal, 20), undefined);
  await silent.end();
  assert.equal(asked, 1);
});

Deno.test("the kernel's own count is read", { ignore: Deno.build.os !== "linux" }, async () => {
  const crowd = new Crowd();
  const from = Date.now();
  await comesTrue(() => crowd.mean(from, Date.now()) !== undefined);
  assert.ok((crowd.mean(from, Date.now()) ?? -1) >= 0);
  assert.ok((await processorsOfMachine() ?? 0) >= 1);
  await crowd.end();
});
