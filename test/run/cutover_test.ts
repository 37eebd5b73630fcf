/** The order of a cutover, from every state that an earlier run may have left: what it does is another test's. */
import assert from "node:assert/strict";
import { ApiError } from "../../lib/cluster/api_error.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { ServiceContainer } from "../../lib/docker/service_containers.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Cutover as Step } from "../../lib/migration/step.ts";
import { cutOver } from "../../lib/run/cutover.ts";
import type { Cutover } from "../../lib/run/cutover_record.ts";
import type { DecidedCrossing } from "../../lib/run/overlap.ts";

type Context = Parameters<typeof cutOver>[2];

const STEP: Step = {
  kind: "cutover",
  service: "db",
  services: ["db"],
  workload: {
    object: { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "db", namespace: "shop" } },
    service: "db",
  },
  waits: [],
};
const STATELESS: Step = {
  ...STEP,
  workload: {
    object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "db", namespace: "shop" } },
    service: "db",
  },
};
const CONTAINER = {
  id: "c1",
  name: "shop-db-1",
  host: "unix:///var/run/docker.sock",
  service: "db",
  state: "running",
  restartPolicy: { name: "always", maximumRetryCount: 0 },
  writes: [],
  pid: 0,
} as unknown as ServiceContainer;
const CLOSED = [{ id: "c1", name: "shop-db-1", host: CONTAINER.host, restart: CONTAINER.restartPolicy }];
const BASE = { migration: "050", containers: CLOSED, since: "2026-01-01T00:00:00.000Z" };
const TROUBLE: Diagnostic = { code: "run-test", severity: "error", message: "It does not do" };

/** What differs from a crossing in which everything goes well. */
interface Case {
  readonly recorded?: Cutover;
  readonly containers?: readonly ServiceContainer[];
  /** What fails, by the word that the log has for it. */
  readonly fails?: string;
  /** Both sides may run at once. */
  readonly decided?: DecidedCrossing;
  /** Ctrl-C comes while this is done. */
  readonly interruptedAt?: string;
}

/** Carries it out, and gives what was done in order, with every state in capitals as it is recorded. */
async function carriedOut(
  { recorded, containers = [CONTAINER], fails = "", interruptedAt = "", decided = "exclusive" }: Case,
): Promise<{ readonly log: readonly string[]; readonly codes: readonly string[]; readonly left?: Cutover }> {
  const log: string[] = [];
  let clock = "2026-01-01T00:00:05.000Z";
  const interrupt = new AbortController();
  let record = recorded;
  const done = (word: string): readonly Diagnostic[] => {
    log.push(word);
    if (word === interruptedAt) {
      interrupt.abort(new DOMException("Interrupted", "AbortError"));
      throw interrupt.signal.reason;
    }
    return word === fails ? [TROUBLE] : [];
  };
  const client = {
    apply: (body: KubeObject) => {
      if (done("start pod").length > 0) throw new ApiError(422, "Invalid", "It does not do", []);
      return Promise.resolve({ object: body, created: true });
    },
    get: () => Promise.resolve(undefined),
    list: () => {
      done("no pods");
      return Promise.resolve({ items: [] });
    },
    connection: { server: "https://127.0.0.1" },
  } as unknown as ClusterClient;
  const writing = {
    client,
    owner: "shop",
    key: new Uint8Array(32),
    epoch: 1,
    guard: () => Promise.resolve(),
    push: () => {},
  };
  const context = {
    ...writing,
    signal: interrupt.signal,
    live: new Map(),
    force: false,
    redo: undefined,
    doneJobs: new Set(),
    secrets: [],
    started: new Map(),
    crossing: {
      oldSide: {
        find: () => Promise.resolve({ containers, silent: [] }),
        close: () => Promise.resolve().then(() => done("stop")),
        bar: () => Promise.resolve().then(() => done("bar")),
        standIn: () => {
          // It is tried for a while.
          clock = "2026-01-01T00:00:25.000Z";
          return Promise.resolve().then(() => done("stand in"));
        },
        settled: () => Promise.resolve().then(() => done("settle")).then(() => {}),
        open: (_: unknown, __: unknown, standIn: string) =>
          Promise.resolve().then(() => done(`start container${standIn === "last" ? ", stand-in last" : ""}`)),
      },
      guard: { ask: () => Promise.resolve().then(() => done("prove")) },
      gates: {
        open: () => Promise.resolve().then(() => done("open gates")),
        close: () => Promise.resolve().then(() => done("close gates")),
        settle: () => Promise.resolve().then(() => done("settle gates")),
      },
      decided: () => decided,
      withoutEngine: false,
      read: () => record,
      write: (_: string, next: Cutover | undefined) => {
        log.push(next?.state.toUpperCase() ?? "GONE");
        record = next;
        return Promise.resolve();
      },
      now: () => clock,
      lasting: { ...writing, signal: new AbortController().signal },
    },
    // The edge: a run as far as a cutover reads it.
  } as unknown as Context;
  const problems = await cutOver(decided === "overlap" ? STATELESS : STEP, "050", context, []).catch(
    (error: unknown) => {
      if (error !== interrupt.signal.reason) throw error;
      return [{ code: "interrupted", severity: "error", message: "" }] as readonly Diagnostic[];
    },
  );
  return { log, codes: problems.map(({ code }) => code), ...(record === undefined ? {} : { left: record }) };
}

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

Deno.test("cutOver(): where both may run, nobody is without it", async () => {
  const { left } = await carriedOut({ decided: "overlap" });
  assert.equal(left?.outageMs, 0);
  assert.deepEqual(left?.containers, CLOSED);
});
