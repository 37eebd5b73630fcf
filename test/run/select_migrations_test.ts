import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { objectKey } from "../../lib/kube/object.ts";
import { canonical, digestMigration, digestObject } from "../../lib/migration/digest.ts";
import { type Plan, plannedObjects } from "../../lib/migration/step.ts";
import { decorate } from "../../lib/run/marks.ts";
import type { MigrationRecord } from "../../lib/run/migration_record.ts";
import { EMPTY_STATE, type State } from "../../lib/run/state.ts";
import { findMigration, selectMigrations } from "../../lib/run/select_migrations.ts";
import { wavesOf } from "../../lib/run/waves.ts";
import { referencePlan } from "./reference_plan.ts";

const KEY = new Uint8Array(32).fill(1);
const PLAN = referencePlan("faf");

function recorded(plan: Plan, state: MigrationRecord["state"] = "applied"): State {
  return {
    ...EMPTY_STATE,
    records: new Map(plan.migrations.map((migration) => [migration.id, {
      state,
      digest: digestMigration(migration, KEY),
      objects: 1,
      startedAt: "",
      by: "",
      attempt: 1,
      epoch: 1,
      run: "",
    }])),
  };
}

function live(plan: Plan): Map<string, LiveObject> {
  return new Map(
    plan.migrations.flatMap(plannedObjects).map(({ object }) =>
      [objectKey(object), decorate(object, { owner: "faf", key: KEY, epoch: 1 }, "x")] as const
    ),
  );
}

Deno.test("selectMigrations() gives the reason for each migration", () => {
  const withoutOne = live(PLAN);
  withoutOne.delete("/ConfigMap/faf/config-7");
  const withoutJob = live(PLAN);
  withoutJob.delete("batch/Job/faf/schema");
  const edited = live(referencePlan("faf", { edition: "2" }));
  const cases = [
    { name: "fresh", state: EMPTY_STATE, found: new Map(), wanted: "new", id: "030_configuration" },
    { name: "done", state: recorded(PLAN), found: live(PLAN), wanted: "applied", id: "030_configuration" },
    {
      name: "died",
      state: recorded(PLAN, "running"),
      found: live(PLAN),
      wanted: "resumed",
      id: "030_configuration",
    },
    {
      name: "failed",
      state: recorded(PLAN, "failed"),
      found: live(PLAN),
      wanted: "resumed",
      id: "030_configuration",
    },
    {
      name: "changed",
      state: recorded(referencePlan("faf", { edition: "2" })),
      found: edited,
      wanted: "changed",
      id: "030_configuration",
    },
    {
      name: "object gone",
      state: recorded(PLAN),
      found: withoutOne,
      wanted: "damaged",
      id: "030_configuration",
    },
    { name: "done Job gone", state: recorded(PLAN), found: withoutJob, wanted: "applied", id: "060_schema" },
  ];
  for (const { name, state, found, wanted, id } of cases) {
    const selected = selectMigrations(PLAN, state, found, KEY).find(({ migration }) => migration.id === id);
    assert.equal(selected?.reason, wanted, name);
  }
});

Deno.test("findMigration() takes an id, a number with or without zeros, or a name", () => {
  for (const wanted of ["050_databases", "050", "50", "databases"]) {
    assert.equal(findMigration(PLAN, wanted).id, "050_databases", wanted);
  }
  assert.throws(() => findMigration(PLAN, "055"), /There is no migration "055"/);
  const ids = selectMigrations(PLAN, EMPTY_STATE, new Map(), KEY, { to: "030" }).map(({ migration }) =>
    migration.id
  );
  assert.deepEqual(ids, ["010_namespace", "020_storage", "030_configuration"]);
});

Deno.test("digestMigration() changes with every planned field, and with nothing else", () => {
  const [, , migration] = PLAN.migrations;
  assert.ok(migration !== undefined);
  const digest = digestMigration(migration, KEY);
  const shuffled = {
    ...migration,
    title: "Another title",
    why: "another reason",
    steps: migration.steps.map((step) =>
      step.kind !== "apply" ? step : {
        ...step,
        objects: step.objects.toReversed().map(({ object }) => ({
          object: JSON.parse(JSON.stringify(object)),
          source: { file: "moved.yml", line: 9, column: 9 },
        })),
      }
    ),
  };
  assert.equal(digestMigration(shuffled, KEY), digest);
  assert.notEqual(digestMigration(migration, new Uint8Array(32)), digest, "another key");
  const objects = plannedObjects(migration).map(({ object }) => object);
  fc.assert(
    fc.property(
      fc.nat(objects.length - 1),
      fc.string({ minLength: 1 }),
      fc.string(),
      (index, name, value) => {
        const object = objects[index];
        assert.ok(object !== undefined);
        const data = { ...(object["data"] as object | undefined), [`x${name}`]: value };
        assert.notEqual(digestObject({ ...object, data }, KEY), digestObject(object, KEY));
      },
    ),
  );
});

Deno.test("canonical() is the same for equal values whatever the order of their keys", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.deepEqual(JSON.parse(canonical(value)), JSON.parse(JSON.stringify(value)));
    const reordered: unknown = JSON.parse(
      JSON.stringify(value),
      (_, entry) =>
        typeof entry === "object" && entry !== null && !Array.isArray(entry)
          ? Object.fromEntries(Object.entries(entry).reverse())
          : entry,
    );
    assert.equal(canonical(reordered), canonical(value));
  }));
});

Deno.test("wavesOf() keeps every object once and puts what others need first", () => {
  const objects = PLAN.migrations.flatMap(plannedObjects);
  const waves = wavesOf(objects.toReversed());
  assert.equal(waves.flat().length, objects.length);
  assert.equal(new Set(waves.flat()).size, objects.length);
  const at = (kind: string): number =>
    waves.findIndex((wave) => wave.some(({ object }) => object.kind === kind));
  const order = [
    "Namespace",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
    "Deployment",
    "Middleware",
    "IngressRoute",
  ].map(at);
  assert.deepEqual(order, order.toSorted((left, right) => left - right));
  assert.ok(at("Secret") < at("Job") && at("Role") < at("RoleBinding"));
  // One round trip for both: neither refers to the other.
  assert.equal(at("Service"), at("ConfigMap"));
});

Deno.test("selectMigrations() does again what was done, goes on with a redo, and refuses what was never done", () => {
  const id = "060_schema";
  const state = (record: Partial<MigrationRecord> | undefined): State => {
    const records = new Map(recorded(PLAN).records);
    const before = records.get(id);
    if (record === undefined || before === undefined) records.delete(id);
    else records.set(id, { ...before, ...record });
    return { ...EMPTY_STATE, records };
  };
  const reason = (from: State, selection: Parameters<typeof selectMigrations>[4]): string | undefined =>
    selectMigrations(PLAN, from, live(PLAN), KEY, selection).find(({ migration }) => migration.id === id)
      ?.reason;
  assert.equal(reason(state({}), { redo: "060" }), "redo");
  assert.equal(reason(state({ state: "running", redo: 3 }), {}), "redo");
  assert.equal(reason(state({ state: "failed", redo: 3 }), { redo: "060" }), "redo");
  assert.throws(() => reason(state(undefined), { redo: "060" }), /never applied/);
  assert.throws(() => reason(state({ state: "failed" }), { redo: "060" }), /not done yet/);
  assert.equal(reason(state({ state: "running", redo: 3 }), { frozen: true }), "redo");
  for (const record of [{ digest: "x" }, { digest: "x", state: "running", redo: 3 }] as const) {
    assert.throws(() => reason(state(record), { frozen: true }), /has changed since/);
  }
  assert.equal(reason(state({ digest: "x", state: "failed" }), { frozen: true }), "resumed");
});
