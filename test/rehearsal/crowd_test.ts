/** How busy the machine was, and what an outage would have been without the copy. */
import assert from "node:assert/strict";
import { Crowd, loadOfCopy, processorsOfMachine, withoutCopy } from "../../lib/rehearsal/crowd.ts";
import { comesTrue } from "./comes_true.ts";

Deno.test("programs of the copy are taken out as far as they share the processors with others", () => {
  const cases: readonly (readonly [during: number, ofCopy: number, processors: number, expected: number])[] =
    [
      [2, 1, 4, 10_000], // Nobody waited.
      [8, 4, 2, 5_000],
      [8, 0, 2, 10_000],
      [8, 7, 2, 2_500], // What is left has a processor each.
      [4, 9, 2, 5_000], // Never below what one with a processor of its own would take.
      [3, 1, 2, 6_667],
    ];
  for (const [during, ofCopy, processors, expected] of cases) {
    assert.equal(withoutCopy(10_000, { during, ofCopy, processors }), expected, `${during} ${ofCopy}`);
  }
  assert.equal(withoutCopy(0, { during: 9, ofCopy: 5, processors: 2 }), 0);
});

Deno.test("the copy adds what it adds at rest, and no more than the stack itself", () => {
  assert.equal(loadOfCopy(4, 7), 3);
  assert.equal(loadOfCopy(4, 3), 0);
  assert.equal(loadOfCopy(1, 9), 1, "a nightly job began meanwhile");
  assert.equal(loadOfCopy(undefined, 9), undefined);
});

Deno.test("the mean is of the looks within the time, and there is none where no kernel says", async () => {
  let running = 1;
  const looks: number[] = [];
  const crowd = new Crowd(() => {
    looks.push(Date.now());
    return Promise.resolve(running);
  });
  await comesTrue(() => looks.length > 12);
  const first = Date.now();
  running = 7;
  const begun = looks.length;
  await comesTrue(() => looks.length > begun + 12);
  assert.equal(crowd.mean(0, first), 1);
  assert.equal(crowd.mean(first + 1, looks[begun + 3] ?? 0), undefined, "too few looks");
  assert.equal(crowd.mean(first + 1, Date.now()), 7);
  assert.equal(crowd.mean(0, 1), undefined);
  await crowd.end();
  const silent = new Crowd(() => Promise.resolve(undefined));
  assert.equal(await silent.atRest(new AbortController().signal, 20), undefined);
  await silent.end();
});

Deno.test("the kernel's own count is read", { ignore: Deno.build.os !== "linux" }, async () => {
  const crowd = new Crowd();
  const from = Date.now();
  await comesTrue(() => crowd.mean(from, Date.now()) !== undefined);
  assert.ok((crowd.mean(from, Date.now()) ?? -1) >= 0);
  assert.ok((await processorsOfMachine() ?? 0) >= 1);
  await crowd.end();
});
