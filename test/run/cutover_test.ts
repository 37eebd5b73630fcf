/** The order of a cutover, from every state that an earlier run may have left: what it does is another test's. */
import assert from "node:assert/strict";
import { BASE, carriedOut, type Case, CLOSED, CONTAINER } from "./carried_out.ts";

const CLOSING = [
  "CLOSING",
  "stop",
  "CLOSED",
  "bar",
  "close gates",
  "prove",
  "OPENING",
  "start pod",
  "stand in",
  "VERIFIED",
];
const BACK = ["BACK", "no pods", "prove", "start container", "settle gates", "GONE"];

/** Where both sides may run at once. */
const OVERLAP = [
  "start pod",
  "stand in",
  "close gates",
  "settle",
  "CLOSING",
  "stop",
  "CLOSED",
  "bar",
  "VERIFIED",
];
const RETURN = ["BACK", "start container, stand-in last", "no pods", "settle gates", "GONE"];

const CASES: Readonly<
  Record<string, Case & { readonly log: readonly string[]; readonly codes?: readonly string[] }>
> = {
  "nothing runs there": { containers: [], log: ["open gates", "close gates", "start pod"] },
  "all goes well": { log: ["prove", "PREPARED", "open gates", ...CLOSING] },
  "from prepared": {
    recorded: { ...BASE, containers: [], state: "prepared" },
    log: ["prove", "PREPARED", "open gates", ...CLOSING],
  },
  "from prepared, and it was stopped by hand": {
    recorded: { ...BASE, containers: [], state: "prepared" },
    containers: [],
    log: ["GONE", "open gates", "close gates", "start pod"],
  },
  "from closing": { recorded: { ...BASE, state: "closing" }, log: CLOSING },
  "from closed, and it has ended": {
    recorded: { ...BASE, state: "closed" },
    containers: [],
    log: CLOSING.filter((word) => word !== "stop"),
  },
  "from opening": { recorded: { ...BASE, state: "opening" }, log: ["start pod", "stand in", "VERIFIED"] },
  "from verified": { recorded: { ...BASE, state: "verified" }, log: ["start pod"] },
  "from back": { recorded: { ...BASE, state: "back" }, log: BACK, codes: ["run-went-back"] },
  "another one of its service has stopped: nobody may start it, and it is not started on the way back": {
    containers: [CONTAINER, { ...CONTAINER, id: "c2", name: "shop-db-2", state: "stopped" }],
    log: ["prove", "PREPARED", "open gates", "CLOSING", "stop", ...CLOSING.slice(1)],
  },
  "its node is another machine: nothing is stopped": {
    isFar: true,
    log: [],
    codes: ["run-cross-elsewhere"],
  },
  "it runs in an engine that is decided away: nothing is stopped": {
    withoutEngine: true,
    log: [],
    codes: ["run-engine-decided-away"],
  },
  "interrupted, and going back is broken off: both are said": {
    interruptedAt: "bar",
    brokenAt: "no pods",
    log: ["prove", "PREPARED", "open gates", "CLOSING", "stop", "CLOSED", "bar", "BACK", "no pods"],
    codes: ["run-went-back", "run-back-broken-off"],
  },
  "somebody else writes there: nothing is stopped": { fails: "prove", log: ["prove"], codes: ["run-test"] },
  "its engine would remove it when it ends: nothing is stopped": {
    containers: [{ ...CONTAINER, isRemovedAtEnd: true }],
    log: [],
    codes: ["run-removed-at-end"],
  },
  "it does not end": {
    fails: "stop",
    log: ["prove", "PREPARED", "open gates", "CLOSING", "stop", ...BACK],
    codes: ["run-test", "run-went-back"],
  },
  "it cannot be barred": {
    fails: "bar",
    log: ["prove", "PREPARED", "open gates", "CLOSING", "stop", "CLOSED", "bar", ...BACK],
    codes: ["run-test", "run-went-back"],
  },
  "whoever is left behind does not find it: it stays where it is": {
    fails: "stand in",
    log: ["prove", "PREPARED", "open gates", ...CLOSING],
  },
  "its pod would not find what stays behind, and what called it does not lose it: it moves all the same": {
    fails: "open gates",
    log: ["prove", "PREPARED", "open gates", ...CLOSING],
  },
  "both may run: it starts here before it stops there": {
    decided: "overlap",
    log: ["prove", "PREPARED", "open gates", "OPENING", ...OVERLAP],
  },
  "both may run, from opening": {
    decided: "overlap",
    recorded: { ...BASE, mode: "overlap", state: "opening" },
    log: ["OPENING", ...OVERLAP],
  },
  "both may run, from closing": {
    decided: "overlap",
    recorded: { ...BASE, mode: "overlap", state: "closing" },
    log: ["CLOSING", ...OVERLAP],
  },
  "both may run, from closed": {
    decided: "overlap",
    recorded: { ...BASE, mode: "overlap", state: "closed" },
    containers: [],
    log: ["CLOSED", ...OVERLAP.filter((word) => word !== "stop" && word !== "settle")],
  },
  "it goes on as it began, whatever is decided since": {
    decided: "overlap",
    recorded: { ...BASE, state: "closing" },
    log: CLOSING,
  },
  "both may run, but it writes to a directory: it stops first": {
    decided: "overlap",
    containers: [{ ...CONTAINER, writes: [{ sources: ["/srv/db"] }] }],
    log: ["prove", "PREPARED", "open gates", ...CLOSING],
  },
  "both may run, and its pod does not come up: nothing was stopped": {
    decided: "overlap",
    fails: "start pod",
    log: ["prove", "PREPARED", "open gates", "OPENING", "start pod", ...RETURN],
    codes: ["run-object-refused", "run-went-back"],
  },
  "both may run, and it does not end: its pod goes when it serves again": {
    decided: "overlap",
    fails: "stop",
    log: ["prove", "PREPARED", "open gates", "OPENING", ...OVERLAP.slice(0, 6), ...RETURN],
    codes: ["run-test", "run-went-back"],
  },
  "both may run, interrupted before it stops": {
    decided: "overlap",
    interruptedAt: "settle",
    log: ["prove", "PREPARED", "open gates", "OPENING", ...OVERLAP.slice(0, 4), ...RETURN],
    codes: ["interrupted"],
  },
  "both may run, interrupted while it stops": {
    decided: "overlap",
    interruptedAt: "stop",
    log: ["prove", "PREPARED", "open gates", "OPENING", ...OVERLAP.slice(0, 6), ...RETURN],
    codes: ["interrupted"],
  },
  "interrupted while it stops": {
    interruptedAt: "stop",
    log: ["prove", "PREPARED", "open gates", "CLOSING", "stop", ...BACK],
    codes: ["interrupted"],
  },
  "interrupted in the proof": {
    recorded: { ...BASE, state: "closed" },
    containers: [],
    interruptedAt: "bar",
    log: ["CLOSING", "CLOSED", "bar", ...BACK],
    codes: ["interrupted"],
  },
};

for (const [name, { log, codes = [], ...given }] of Object.entries(CASES)) {
  Deno.test(`cutOver(): ${name}`, async () => {
    const done = await carriedOut(given);
    assert.deepEqual(done.log, log);
    assert.deepEqual(done.codes, codes);
  });
}

Deno.test("cutOver(): where the proof fails on the way back both sides stay closed, and it goes on going back", async () => {
  const { log, codes, left } = await carriedOut({ recorded: { ...BASE, state: "back" }, fails: "prove" });
  assert.deepEqual(log, ["BACK", "no pods", "prove"]);
  assert.deepEqual(codes, ["run-went-back", "run-test"]);
  assert.equal(left?.state, "back");
});

Deno.test("cutOver(): what had a policy keeps the first that was seen, and the silence counts from the first stop", async () => {
  const again = { ...CONTAINER, restartPolicy: { name: "no", maximumRetryCount: 0 } };
  const { left } = await carriedOut({ recorded: { ...BASE, state: "closing" }, containers: [again] });
  assert.deepEqual(left?.containers, CLOSED);
  assert.equal(left?.outageMs, 5_000);
});

Deno.test("cutOver(): the record says which container did not run before", async () => {
  const stopped = { ...CONTAINER, id: "c2", name: "shop-db-2", state: "stopped" as const };
  const { left } = await carriedOut({ containers: [CONTAINER, stopped] });
  const second = { ...CLOSED[0], id: "c2", name: "shop-db-2", wasStopped: true };
  assert.deepEqual(left?.containers, [...CLOSED, second]);
});

Deno.test("cutOver(): where both may run, nobody is without it", async () => {
  const { left } = await carriedOut({ decided: "overlap" });
  assert.equal(left?.outageMs, 0);
  assert.deepEqual(left?.containers, CLOSED);
});
