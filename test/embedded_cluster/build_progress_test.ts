import { equal, ok } from "node:assert/strict";
import { fc } from "../chance.ts";
import {
  BuildEstimate,
  type BuildState,
  formatBuildState,
  formatSeconds,
  USUAL_COST_PER_SECOND,
  usualSeconds,
} from "../../lib/embedded_cluster/build_progress.ts";

const SECONDS: readonly [number, string][] = [
  [0, "0 s"],
  [0.4, "0 s"],
  [59.4, "59 s"],
  [59.6, "1 min"],
  [60, "1 min"],
  [61, "1 min 1 s"],
  [270, "4 min 30 s"],
  [3600, "60 min"],
];

Deno.test("formatSeconds() says minutes and seconds", () => {
  for (const [seconds, text] of SECONDS) equal(formatSeconds(seconds), text);
});

const STATES: readonly [string, Partial<BuildState>, string][] = [
  ["at the start", {}, "etcd: 0 of 400 packages, 0 s so far, about 1 min 30 s left"],
  [
    "in the middle",
    { begun: 100, elapsedSeconds: 60, secondsLeft: 30.4 },
    "etcd: 100 of 400 packages, 1 min so far, about 30 s left",
  ],
  [
    "at the end",
    { begun: 400, elapsedSeconds: 80, secondsLeft: 0.9 },
    "etcd: 400 of 400 packages, 1 min 20 s so far, nearly done",
  ],
];

for (const [title, change, expected] of STATES) {
  Deno.test(`formatBuildState() ${title}`, () => {
    const state = { names: ["etcd"], packages: 400, begun: 0, elapsedSeconds: 0, secondsLeft: 90 };
    equal(formatBuildState({ ...state, ...change }), expected);
  });
}

/** A build of as many packages as there are numbers, each of so many seconds of usual work. */
function costsOf(
  seconds: readonly number[],
  linking = 0,
): { packages: Map<string, number>; linking: number } {
  const packages = new Map(seconds.map((cost, index) => [`p${index}`, cost * USUAL_COST_PER_SECOND]));
  return { packages, linking: linking * USUAL_COST_PER_SECOND };
}

Deno.test("an estimate begins with the usual time, and follows a machine that is slower", () => {
  const costs = costsOf([10, 10, 40, 40], 20);
  const estimate = new BuildEstimate(costs);
  equal(usualSeconds(costs), 120);
  equal(estimate.secondsLeft(0), 120);
  estimate.compiling("p0");
  estimate.compiling("p0");
  estimate.compiling("go: downloading something");
  equal(estimate.begun, 1);
  estimate.compiling("p1");
  const left = estimate.secondsLeft(40);
  ok(left > 100 && left < 200, `${left}`);
});

Deno.test("what is left never rises by more than a quarter from one line to the next", () => {
  const times = fc.array(fc.double({ min: 0.01, max: 60, noNaN: true }), { minLength: 2, maxLength: 40 });
  fc.assert(fc.property(times, times, (works, waits) => {
    const estimate = new BuildEstimate(costsOf(works));
    let elapsed = 0;
    let before = estimate.secondsLeft(0);
    for (const [index] of works.entries()) {
      elapsed += waits[index % waits.length] ?? 1;
      estimate.compiling(`p${index}`);
      const left = estimate.secondsLeft(elapsed);
      ok(left <= before * 1.25 + 1e-9 && left >= 0, `${before} then ${left}`);
      before = left;
    }
  }));
});
