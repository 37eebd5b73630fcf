import assert from "node:assert/strict";
import type { Cutover } from "../../lib/run/cutover_record.ts";
import { EMPTY_STATE, readState, type State, writeState } from "../../lib/run/state.ts";

const KEY = new Uint8Array(32).fill(3);
const CLOSED: Cutover = {
  state: "closed",
  migration: "050_databases",
  since: "2026-01-02T03:04:05.678Z",
  containers: [{
    id: "f".repeat(64),
    name: "shop-db-1",
    host: "unix:///var/run/docker.sock",
    restart: { name: "on-failure", maximumRetryCount: 3 },
  }],
};

function written(state: State): ReturnType<typeof writeState> {
  return writeState(state, "shop", KEY);
}

Deno.test("what a cutover has to put back is read as it was written", () => {
  const cutovers = new Map([["db", CLOSED]]);
  assert.deepEqual(readState(written({ ...EMPTY_STATE, cutovers }), KEY).cutovers, cutovers);
});

Deno.test("a version that knows no cutover refuses a record that has one, and reads every other", () => {
  const format = (state: State): string | undefined =>
    written(state).metadata.annotations?.["compose-ferry/format"];
  assert.equal(format(EMPTY_STATE), "1");
  assert.equal(format({ ...EMPTY_STATE, cutovers: new Map([["db", CLOSED]]) }), "2");
});

Deno.test("a damaged entry is no empty one", () => {
  const object = written({ ...EMPTY_STATE, cutovers: new Map([["db", CLOSED]]) });
  const damaged = { ...object, data: { cutovers: "{" } };
  assert.throws(() => readState(damaged, KEY), /cutovers/);
});
