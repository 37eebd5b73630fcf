/** A migration that is done again: recorded first, and finished by the next run wherever it is killed. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan, Step } from "../../lib/migration/step.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { readStatus } from "../../lib/run/status.ts";
import { type Bench, ending, runPlan, withBench } from "../apiserver/cluster.ts";
import { Crash, CrashingClient, deadHolder, type When } from "./crashing_client.ts";

const JOBS = ["schema", "fixtures"];
const JOB = { apiVersion: "batch/v1", kind: "Job" };

function job(namespace: string, name: string): Step {
  const containers = [{ name: "main", image: "registry.invalid/job:1" }];
  const object: KubeObject = {
    ...JOB,
    metadata: { name, namespace },
    spec: { template: { spec: { restartPolicy: "Never", containers } } },
  };
  return { kind: "job", object: { object }, timeout: "1m" };
}

/** A namespace; then a ConfigMap and two Jobs; then nothing more than a note. */
function planOf(namespace: string, text = "1"): Plan {
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace },
    data: { text },
  };
  const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const head = { why: "", absent: [], claimed: [] };
  const apply = (object: KubeObject): Step => ({ kind: "apply", objects: [{ object }] });
  return {
    migrations: [
      { ...head, id: "010_namespace", title: "Namespace", steps: [apply(space)] },
      {
        ...head,
        id: "060_schema",
        title: "Schema",
        steps: [apply(map), ...JOBS.map((name) => job(namespace, name))],
      },
      { ...head, id: "110_notes", title: "Notes", steps: [{ kind: "manual", instruction: "look" }] },
    ],
  };
}

async function uids({ other, namespace }: Bench): Promise<readonly (string | undefined)[]> {
  const jobs = await Promise.all(JOBS.map((name) => other.get({ ...JOB, namespace, name })));
  return jobs.map((found) => found?.metadata.uid);
}

function told(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === "object" ? [`${event.object.split(/[ /]/)[0]} ${event.outcome}`] : []
  );
}

/** Runs `redo` until the write; whether it died there. What it deleted is in the client. */
async function crashAt(bench: Bench, at: number, when: When): Promise<CrashingClient> {
  const { client: { connection }, namespace } = bench;
  const client = new CrashingClient({ ...connection, close: () => undefined }, at, when);
  const options = { redo: "060", to: "060", holder: deadHolder() };
  try {
    await runPlan(planOf(namespace), client, namespace, options);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  return client;
}

/** Makes each Job of the plan anew, exactly once, whatever the runs are. */
async function assertOnce(
  bench: Bench,
  deleted: readonly string[],
  before: readonly unknown[],
): Promise<void> {
  assert.deepEqual([...deleted].sort(), ["Job fixtures", "Job schema"]);
  for (const [index, uid] of (await uids(bench)).entries()) {
    assert.ok(uid !== undefined && uid !== before[index], `${JOBS[index]} is another one`);
  }
  const { status } = await readStatus(planOf(bench.namespace), bench.other, bench.namespace);
  assert.deepEqual(status.migrations.map(({ state, redo }) => [state, redo]), [
    ["applied", false],
    ["applied", false],
    ["applied", false],
  ]);
}

for (const when of ["before", "after"] as const) {
  Deno.test(`redo that dies ${when} any of its writes is finished by the next run, each Job once`, async () => {
    await withBench(async (bench) => {
      const { client: { connection }, namespace, run } = bench;
      await run(planOf(namespace));
      let begun = 0;
      for (let at = 1;; at++) {
        const before = await uids(bench);
        const crashed = await crashAt(bench, at, when);
        const rest = new CrashingClient({ ...connection, close: () => undefined }, 0, when);
        const status = await readStatus(planOf(namespace), bench.other, namespace);
        const isBegun = status.status.migrations.some(({ redo }) => redo);
        // By turns the plain run and the same command finish it.
        const next = isBegun && at % 2 === 0 ? { redo: "060", to: "060" } : {};
        if (isBegun) {
          begun++;
          assert.deepEqual(status.status.next, "060_schema");
        }
        const events = await runPlan(planOf(namespace), rest, namespace, next);
        assert.notEqual(ending(events).state, "failed", `write ${at}`);
        const deleted = [...crashed.deleted, ...rest.deleted];
        if (deleted.length > 0 || isBegun) await assertOnce(bench, deleted, before);
        else assert.deepEqual(await uids(bench), before, `write ${at}: it had not begun`);
        if (!crashed.isDead) break;
      }
      assert.ok(begun >= 6, `${begun} of the crashes were in the middle`);
    });
  });
}

Deno.test("a redo that did not finish is told by dry-run and status, and goes on in place of a second one", async () => {
  await withBench(async (bench) => {
    const { client, namespace, run } = bench;
    await run(planOf(namespace));
    for (let at = 1; !(await crashAt(bench, at, "after")).deleted.includes("Job schema"); at++) {
      await run(planOf(namespace));
    }
    assert.deepEqual(
      (await uids(bench)).map((uid) => uid === undefined),
      [true, false],
      "gone, not yet made",
    );
    const { status } = await readStatus(planOf(namespace), client, namespace);
    const schema = status.migrations.find(({ id }) => id === "060_schema");
    assert.equal(schema?.redo, true);
    const previews = await dryRun(planOf(namespace), { client, namespace });
    const preview = previews.find(({ id }) => id === "060_schema");
    assert.equal(preview?.reason, "redo");
    const predicted = preview?.changes.map(({ object, outcome }) => `${object.split(/[ /]/)[0]} ${outcome}`);
    const events = await run(planOf(namespace));
    assert.deepEqual(told(events), predicted);
    assert.deepEqual(predicted, ["ConfigMap unchanged", "Job created", "Job replaced"]);
    const started = events.find(({ type }) => type === "migration-started");
    assert.ok(started?.type === "migration-started" && started.redo && started.resumed);
    assert.equal(ending(await run(planOf(namespace))).state, "unchanged");
  });
});

Deno.test("redo of what was never applied is refused before any write; of a half of it, too", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    const refused = async (redo: string, said: RegExp): Promise<void> => {
      const writes = client.writes;
      await assert.rejects(run(planOf(namespace), { redo, to: redo }), (error) => {
        assert.ok(error instanceof Failure);
        assert.deepEqual([error.exitCode, error.diagnostics[0]?.code], [2, "run-not-applied"]);
        assert.match(error.diagnostics[0]?.message ?? "", said);
        return true;
      });
      assert.equal(client.writes, writes);
    };
    await refused("060", /"060_schema" cannot be done again: it was never applied/);
    assert.equal(await other.get({ apiVersion: "v1", kind: "Namespace", name: namespace }), undefined);
    await run(planOf(namespace), { to: "010" });
    await refused("060", /never applied/);
    // The name of the ConfigMap is taken by an object that the server refuses to be changed into it.
    const immutable = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace } };
    await other.create({ ...immutable, immutable: true, data: { text: "0" } });
    assert.equal(ending(await run(planOf(namespace), { adopt: true })).state, "failed");
    await refused("060", /it is not done yet/);
  });
});

Deno.test("redo --adopt takes over what others changed and made meanwhile, without it redo refuses", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    const plan = planOf(namespace);
    await run(plan);
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "settings" };
    const made = await other.get(ref);
    await other.delete(ref, made?.metadata.uid ?? "", "Background");
    await other.apply(
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "settings", namespace },
        data: { text: "theirs" },
      },
      { fieldManager: "kubectl" },
    );
    const writes = client.writes;
    await assert.rejects(
      run(plan, { redo: "060", to: "060" }),
      /settings is there already, made by "kubectl"/,
    );
    assert.equal(client.writes, writes);
    const events = await run(plan, { redo: "060", to: "060", adopt: true });
    assert.deepEqual(told(events), ["ConfigMap adopted", "Job replaced", "Job replaced"]);
    const found = await other.get(ref);
    assert.deepEqual(found?.["data"], { text: "1" });
    assert.equal(found?.metadata.annotations?.["compose-ferry/adopted"], '"kubectl"');
  });
});
