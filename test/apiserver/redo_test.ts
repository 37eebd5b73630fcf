/** A migration that is done again: its Job runs once more, exactly once, wherever the run is stopped. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { Plan } from "../../lib/migration/step.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { execute, type RunOptions } from "../../lib/run/execute.ts";
import { findTarget } from "../../lib/run/prepare.ts";
import { loadState } from "../../lib/run/session.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

function jobPlan(namespace: string): Plan {
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "note", namespace },
    data: { a: "b" },
  };
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "schema", namespace },
    spec: {
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "main", image: "registry.invalid/a:1" }] },
      },
    },
  };
  const common = { title: "", why: "", absent: [], claimed: [] };
  return {
    migrations: [
      { ...common, id: "010_namespace", steps: [{ kind: "apply", objects: [{ object: made }] }] },
      {
        ...common,
        id: "020_schema",
        steps: [
          { kind: "apply", objects: [{ object: map }] },
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

/** Does it again, and stops as Ctrl-C would when so many events were told. @returns the events */
async function redoUntil(
  { client, namespace }: Bench,
  plan: Plan,
  stopAfter: number,
): Promise<readonly RunEvent[]> {
  const stop = new AbortController();
  const options: RunOptions = {
    client,
    namespace,
    by: "tester@here",
    now: () => new Date().toISOString(),
    signal: stop.signal,
    redo: "020",
    to: "020",
  };
  const events: RunEvent[] = [];
  for await (const event of execute(plan, options)) {
    events.push(event);
    if (events.length === stopAfter) stop.abort(new Error("stopped"));
  }
  return events;
}

Deno.test("what was never applied cannot be done again, in a run as in its preview", () =>
  withBench(async ({ client, namespace, run }) => {
    const plan = jobPlan(namespace);
    await run(plan, { to: "010" });
    const isRefused = (error: unknown): boolean =>
      error instanceof Failure && error.exitCode === 2 && error.diagnostics[0]?.code === "run-not-applied";
    await assert.rejects(run(plan, { redo: "020", to: "020" }), isRefused);
    await assert.rejects(dryRun(plan, { client, namespace, redo: "020", to: "020" }), isRefused);
  }));

Deno.test("redo that is stopped anywhere is finished by the next plain run, and its Job runs exactly once more", () =>
  withBench(async (bench) => {
    const { client, namespace, auditLog, run } = bench;
    const plan = jobPlan(namespace);
    assert.equal(ending(await run(plan)).state, "applied");
    let isWhole = false;
    for (let stopAfter = 1; !isWhole; stopAfter++) {
      const from = (await Deno.stat(auditLog)).size;
      const events = await redoUntil(bench, plan, stopAfter);
      const begun = events.some(({ type }) => type === "migration-started");
      isWhole = ending(events).state === "applied";
      const target = await findTarget(client, namespace);
      assert.ok(target !== undefined);
      const { records } = await loadState(target);
      if (begun && !isWhole) {
        assert.ok(records.get("020_schema")?.redo !== undefined, "it is noted as under way");
      }
      const next = await run(plan);
      assert.equal(
        ending(next).state,
        begun && !isWhole ? "applied" : "unchanged",
        `stopped after ${stopAfter}`,
      );
      assert.equal(await jobsMade(bench, from), begun ? 1 : 0, `stopped after ${stopAfter} events`);
      assert.equal(ending(await run(plan)).state, "unchanged");
      const { records: after } = await loadState(target);
      assert.equal(after.get("020_schema")?.redo, undefined);
      assert.ok(stopAfter < 50);
    }
  }));

Deno.test("the preview of what goes on says which Job runs again, and which has run", () =>
  withBench(async (bench) => {
    const { client, namespace, run } = bench;
    const plan = jobPlan(namespace);
    await run(plan);
    const outcomes = async (options: object): Promise<readonly string[]> =>
      (await dryRun(plan, { client, namespace, ...options })).flatMap(({ changes }) =>
        changes.map(({ outcome, object }) => `${object.split(/[ /]/)[0]} ${outcome}`)
      );
    assert.deepEqual(await outcomes({}), []);
    assert.deepEqual(await outcomes({ redo: "020", to: "020" }), ["ConfigMap configured", "Job replaced"]);
  }));
