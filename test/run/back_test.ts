/** What rollback and prune would do to a record, without a server. */
import assert from "node:assert/strict";
import type { Plan } from "../../lib/migration/step.ts";
import { findOrphans } from "../../lib/run/prune.ts";
import { rollbackSteps } from "../../lib/run/rollback.ts";
import type { MigrationRecord } from "../../lib/run/migration_record.ts";
import { EMPTY_STATE, type InventoryEntry, readState, type State, writeState } from "../../lib/run/state.ts";

const KEY = new Uint8Array(32).fill(3);
const RECORD: MigrationRecord = {
  state: "applied",
  digest: "d",
  objects: 1,
  startedAt: "2026-01-02T03:04:05.678Z",
  by: "alice@host",
  attempt: 1,
  epoch: 1,
  run: "1a2b3c4d",
};

function entry(kind: string, name: string, more: Partial<InventoryEntry> = {}): InventoryEntry {
  return { apiVersion: "v1", kind, namespace: "faf", name, uid: `uid-${name}`, ...more };
}

function stateOf(inventory: Readonly<Record<string, readonly InventoryEntry[]>>): State {
  return {
    ...EMPTY_STATE,
    records: new Map(Object.keys(inventory).map((id) => [id, RECORD])),
    inventory: new Map(Object.entries(inventory)),
  };
}

function planOf(...ids: readonly string[]): Plan {
  return {
    migrations: ids.map((id) => ({ id, title: id, why: "", steps: [], absent: [], claimed: [] })),
  };
}

Deno.test("rollbackSteps() goes back by number, newest first, whatever the width of the numbers", () => {
  const ids = ["0999_late", "100_early", "1000_later", "990_first"];
  const state = stateOf(
    Object.fromEntries(ids.map((id) => [id, [entry("Service", `s${id.split("_")[0]}`)]])),
  );
  const plan = planOf("100_early", "990_first", "0999_late", "1000_later");
  const removed = (to: string): unknown =>
    rollbackSteps(plan, state, to).map(({ id, removed }) => [id, removed.map(({ name }) => name)]);
  assert.deepEqual(removed("990"), [["1000_later", ["s1000"]], ["0999_late", ["s0999"]]]);
  assert.deepEqual(removed("0999"), [["1000_later", ["s1000"]]]);
  assert.deepEqual(removed("1000"), []);
  assert.deepEqual(rollbackSteps(plan, state, "100").map(({ id }) => id), [
    "1000_later",
    "0999_late",
    "990_first",
  ]);
});

Deno.test("rollbackSteps() leaves an object that an earlier migration also has, by number", () => {
  const shared = entry("Service", "web");
  const state = stateOf({ "999_a": [shared], "1000_b": [shared, entry("Deployment", "web")] });
  const [step] = rollbackSteps(planOf("999_a", "1000_b"), state, "999");
  assert.deepEqual(step?.removed.map(({ kind }) => kind), ["Deployment"]);
});

Deno.test("rollbackSteps() and findOrphans() keep what was there before apart", () => {
  const adopted = entry("Service", "web", { adopted: "done" });
  const state = stateOf({
    "010_a": [],
    "020_b": [adopted, entry("Deployment", "web"), entry("PersistentVolumeClaim", "data")],
  });
  const plan = planOf("010_a");
  const [step] = rollbackSteps(plan, state, "010");
  assert.deepEqual([step?.removed.map(({ kind }) => kind), step?.kept], [["Deployment"], [adopted]]);
  const { removable, data, adopted: kept } = findOrphans(plan, state);
  assert.deepEqual(
    [removable, data, kept].map((orphans) => orphans.map((one) => one.entry.kind)),
    [["Deployment"], ["PersistentVolumeClaim"], ["Service"]],
  );
});

Deno.test("the record keeps what was there before, what is done again, and its order by number", () => {
  const written = stateOf({
    "999_a": [entry("Service", "web", { adopted: "done" })],
    "1000_b": [entry("Pod", "p", { adopted: "decided" })],
  });
  const state = { ...written, records: new Map([...written.records]).set("1000_b", { ...RECORD, redo: 7 }) };
  const read = readState(writeState(state, "faf", KEY), KEY);
  assert.deepEqual([...read.records.keys()], ["999_a", "1000_b"]);
  assert.deepEqual(read, state);
});
