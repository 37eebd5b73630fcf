import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { MigrationRecord } from "../../lib/run/migration_record.ts";
import { EMPTY_STATE, readState, type State, stateBytes, writeState } from "../../lib/run/state.ts";

const KEY = new Uint8Array(32).fill(7);

function record(index: number, state: MigrationRecord["state"] = "applied"): MigrationRecord {
  return {
    state,
    digest: `digest-${String(index).padStart(15, "0")}`,
    objects: index % 40,
    startedAt: "2026-01-02T03:04:05.678Z",
    finishedAt: "2026-01-02T03:04:15.678Z",
    durationMs: 10_000,
    by: "somebody@somewhere.example.org",
    attempt: 1,
    epoch: 3,
    run: "1a2b3c4d",
  };
}

function stateOf(count: number): State {
  const ids = Array.from({ length: count }, (_, index) => `${String(index * 10).padStart(6, "0")}_step`);
  return { ...EMPTY_STATE, epoch: 3, records: new Map(ids.map((id, index) => [id, record(index)])) };
}

Deno.test("readState() gives back what writeState() was given", () => {
  const anyRecord = fc.record({
    state: fc.constantFrom("running" as const, "applied" as const, "failed" as const),
    digest: fc.stringMatching(/^[\w-]{22}$/),
    objects: fc.nat(500),
    startedAt: fc.constant("2026-01-02T03:04:05.678Z"),
    by: fc.string(),
    attempt: fc.nat(9),
    epoch: fc.nat(99),
    run: fc.stringMatching(/^[a-f0-9]{8}$/),
    error: fc.string({ maxLength: 400 }),
    jobs: fc.array(fc.stringMatching(/^[\w-]{22}$/), { maxLength: 3 }),
  }, { noNullPrototype: true });
  const entry = fc.record({
    apiVersion: fc.constantFrom("v1", "apps/v1"),
    kind: fc.constantFrom("ConfigMap", "Deployment"),
    namespace: fc.constant("faf"),
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
    uid: fc.uuid(),
  }, { noNullPrototype: true });
  fc.assert(fc.property(
    fc.dictionary(
      fc.stringMatching(/^\d{3}_[a-z]{1,12}$/),
      fc.tuple(anyRecord, fc.array(entry, { minLength: 1 })),
      {
        maxKeys: 20,
        noNullPrototype: true,
      },
    ),
    fc.nat(),
    (entries, epoch) => {
      const ids = Object.keys(entries).sort();
      const state: State = {
        epoch,
        lock: { runId: "r", holder: "h", process: "p", since: "s" },
        writeId: "w",
        origin: { tool: "t", inputs: "i" },
        cutovers: new Map(),
        records: new Map(ids.map((id) => [id, entries[id]?.[0] ?? record(0)])),
        inventory: new Map(ids.map((id) => [id, entries[id]?.[1] ?? []])),
      };
      assert.deepEqual(readState(writeState(state, "faf", KEY), KEY), state);
    },
  ));
});

Deno.test("writeState() fits 10,000 applied migrations into the budget, and every digest comes back", () => {
  const state = stateOf(10_000);
  const object = writeState(state, "faf", KEY);
  const bytes = stateBytes(object);
  assert.ok(bytes.annotations < 64 * 1024, `${bytes.annotations} bytes of annotations`);
  assert.ok(bytes.data < 960 * 1024, `${bytes.data} bytes of data`);
  const back = readState(object, KEY);
  assert.equal(back.records.size, 10_000);
  for (const [id, { digest, objects, state: word }] of state.records) {
    const found = back.records.get(id);
    assert.deepEqual([found?.digest, found?.objects, found?.state], [digest, objects, word], id);
  }
  const again = writeState(back, "faf", KEY);
  assert.deepEqual(again, object, "writing what was read changes nothing");
});

Deno.test("writeState() never shortens a record that is not applied", () => {
  const state = stateOf(500);
  const records = new Map(state.records).set("000000_step", { ...record(0, "failed"), error: "why" });
  const back = readState(writeState({ ...state, records }, "faf", KEY), KEY);
  assert.deepEqual(back.records.get("000000_step"), { ...record(0, "failed"), error: "why" });
});

Deno.test("readState() refuses what was edited by hand, and a newer format", () => {
  const object = writeState(stateOf(400), "faf", KEY);
  const { annotations = {} } = object.metadata;
  const data = object["data"] as Record<string, string>;
  const names = Object.keys(annotations).filter((name) => name.startsWith("migrations."));
  const middle = names[Math.floor(names.length / 2)] ?? "";
  const without = Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== middle));
  const changed = {
    ...annotations,
    [middle]: annotations[middle]?.replace('"objects":', '"objects":1') ?? "",
  };
  const [file = "", text = ""] = Object.entries(data)[0] ?? [];
  const cases = [
    {
      code: "run-record-edited",
      edited: { ...object, metadata: { ...object.metadata, annotations: without } },
    },
    {
      code: "run-record-edited",
      edited: { ...object, metadata: { ...object.metadata, annotations: changed } },
    },
    {
      code: "run-record-edited",
      edited: { ...object, data: { [file]: text.replace("digest-", "forged-") } },
    },
    {
      code: "run-record-unreadable",
      edited: { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [middle]: "{" } } },
    },
    {
      code: "run-record-newer",
      edited: {
        ...object,
        metadata: { ...object.metadata, annotations: { ...annotations, "compose-ferry/format": "3" } },
      },
    },
  ];
  for (const { code, edited } of cases) {
    assert.throws(
      () => readState(edited, KEY),
      (error) => error instanceof Failure && error.diagnostics[0]?.code === code,
      code,
    );
  }
});
