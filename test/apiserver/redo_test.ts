/** A migration that is done again and stopped in good order, as by Ctrl-C: the next plain run finishes it. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan } from "../../lib/migration/step.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { runPlan } from "../../lib/run/run_plan.ts";
import { ADOPTED_ANNOTATION } from "../../lib/run/names.ts";
import { readStatus } from "../../lib/run/status.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

const REDO = { redo: "020", to: "020" };

function map(namespace: string): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "note", namespace }, data: { a: "b" } };
}

/** A namespace; then a ConfigMap and a Job. */
function planOf(namespace: string): Plan {
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const containers = [{ name: "main", image: "registry.invalid/a:1" }];
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "schema", namespace },
    spec: { template: { spec: { restartPolicy: "Never", containers } } },
  };
  const common = { title: "", why: "", absent: [], claimed: [] };
  return {
    migrations: [
      { ...common, id: "010_namespace", steps: [{ kind: "apply", objects: [{ object: made }] }] },
      {
        ...common,
        id: "020_schema",
        steps: [
          { kind: "apply", objects: [{ object: map(namespace) }] },
          { kind: "job", object: { object: job }, timeout: "1m" },
        ],
      },
    ],
  };
}

/** How often the API server made the Job since that byte of its audit log. */
async function jobsMade({ auditLog, namespace }: Bench, from: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  const bytes = (await Deno.readFile(auditLog)).subarray(from);
  return new TextDecoder().decode(bytes).split("\n").filter((line) =>
    line.includes(`/namespaces/${namespace}/jobs/schema?`) && line.includes('"code":201')
  ).length;
}

/** Does it again, and stops as Ctrl-C would when so many events were told. */
async function redoUntil({ client, namespace }: Bench, stopAfter: number): Promise<readonly RunEvent[]> {
  const stop = new AbortController();
  const now = (): string => new Date().toISOString();
  const options = { client, namespace, by: "tester@here", now, signal: stop.signal, ...REDO };
  const events: RunEvent[] = [];
  for await (const event of runPlan(planOf(namespace), options)) {
    events.push(event);
    if (events.length === stopAfter) stop.abort(new Error("stopped"));
  }
  return events;
}

Deno.test("redo that is stopped after any event is finished by the next plain run, its Job made once more", () =>
  withBench(async (bench) => {
    const { client, namespace, auditLog, run } = bench;
    const plan = planOf(namespace);
    const isAgain = async (): Promise<boolean> =>
      (await readStatus(plan, client, namespace)).status.migrations.some(({ redo }) => redo);
    assert.equal(ending(await run(plan)).state, "applied");
    let middles = 0;
    let isWhole = false;
    for (let stopAfter = 1; !isWhole; stopAfter++) {
      assert.ok(stopAfter < 50);
      const from = (await Deno.stat(auditLog)).size;
      const events = await redoUntil(bench, stopAfter);
      const isBegun = events.some(({ type }) => type === "migration-started");
      isWhole = ending(events).state === "applied";
      const isLeft = isBegun && !isWhole;
      if (isLeft) middles++;
      assert.equal(await isAgain(), isLeft, `stopped after ${stopAfter}`);
      assert.equal(ending(await run(plan)).state, isLeft ? "applied" : "unchanged", `after ${stopAfter}`);
      assert.equal(await jobsMade(bench, from), isBegun ? 1 : 0, `stopped after ${stopAfter}`);
      assert.equal(ending(await run(plan)).state, "unchanged");
      assert.equal(await isAgain(), false);
    }
    assert.ok(middles >= 2, `${middles} of the stops were in the middle`);
  }));

Deno.test("a preview of redo refuses what was never applied, and else tells what runs again", () =>
  withBench(async ({ client, namespace, run }) => {
    const plan = planOf(namespace);
    await run(plan, { to: "010" });
    await assert.rejects(
      dryRun(plan, { client, namespace, ...REDO }),
      (error) =>
        error instanceof Failure && error.exitCode === 2 && error.diagnostics[0]?.code === "run-not-applied",
    );
    await run(plan);
    const previews = await dryRun(plan, { client, namespace, ...REDO });
    const told = previews.flatMap(({ changes }) =>
      changes.map(({ outcome, object }) => `${object.split(/[ /]/)[0]} ${outcome}`)
    );
    const events = await run(plan, REDO);
    const done = events.flatMap((event) =>
      event.type === "object" ? [`${event.object.split(/[ /]/)[0]} ${event.outcome}`] : []
    );
    assert.deepEqual(told, done);
    assert.ok(done.includes("Job replaced"));
  }));

Deno.test("redo keeps the mark of what was taken over", () =>
  withBench(async ({ client, other, namespace, run }) => {
    const plan = planOf(namespace);
    await other.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await other.create({ ...map(namespace), data: { a: "theirs" } });
    assert.equal(ending(await run(plan, { adopt: true })).state, "applied");
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "note" };
    const before = (await client.get(ref))?.metadata.annotations?.[ADOPTED_ANNOTATION];
    assert.ok(before !== undefined);
    assert.equal(ending(await run(plan, REDO)).state, "applied");
    assert.equal((await client.get(ref))?.metadata.annotations?.[ADOPTED_ANNOTATION], before);
  }));
