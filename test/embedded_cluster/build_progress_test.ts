import { equal } from "node:assert/strict";
import {
  type BuildState,
  formatBuildState,
  formatSeconds,
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
  [
    "at the start it goes by the usual time",
    {},
    "etcd: 0 of 400 packages, 0 s so far, about 1 min 30 s left",
  ],
  [
    "few packages say little",
    { compiled: 99, elapsedSeconds: 60 },
    "etcd: 99 of 400 packages, 1 min so far, about 30 s left",
  ],
  [
    "then it goes by this machine's speed",
    { compiled: 100, elapsedSeconds: 60 },
    "etcd: 100 of 400 packages, 1 min so far, about 3 min left",
  ],
  [
    "more lines than packages do not overflow",
    { compiled: 401, elapsedSeconds: 80 },
    "etcd: 400 of 400 packages, 1 min 20 s so far, nearly done",
  ],
  [
    "longer than usual",
    { elapsedSeconds: 100 },
    "etcd: 0 of 400 packages, 1 min 40 s so far, nearly done",
  ],
  [
    "nothing to count",
    { packages: 0, elapsedSeconds: 30 },
    "etcd: 0 of 0 packages, 30 s so far, about 1 min left",
  ],
];

for (const [title, change, expected] of STATES) {
  Deno.test(`formatBuildState() ${title}`, () => {
    const state = { names: ["etcd"], packages: 400, compiled: 0, elapsedSeconds: 0, typicalSeconds: 90 };
    equal(formatBuildState({ ...state, ...change }), expected);
  });
}
