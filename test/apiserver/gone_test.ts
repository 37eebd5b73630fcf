/** The record or its whole namespace is deleted while a run is at work: it ends, soon and clearly, and the next one goes on. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { runPlan } from "../../lib/run/run_plan.ts";
import { STATE_NAME } from "../../lib/run/names.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

/** Runs the plan and deletes something right after its third migration began. @returns codes of how it ended */
async function runWhile(
  { client, namespace }: Bench,
  meddle: () => Promise<void>,
): Promise<{ readonly codes: readonly string[]; readonly writes: number }> {
  const plan = referencePlan(namespace, { withoutPods: true });
  const signal = new AbortController().signal;
  const options = { client, namespace, by: "test", now: () => new Date().toISOString(), signal };
  const before = client.writes;
  let begun = 0;
  const codes: string[] = [];
  const note = (event: RunEvent): void => {
    if (event.type === "migration-finished") codes.push(...event.diagnostics.map(({ code }) => code));
  };
  try {
    for await (const event of runPlan(plan, options)) {
      note(event);
      if (event.type === "migration-started" && ++begun === 3) await meddle();
    }
  } catch (error) {
    assert.ok(error instanceof Failure, `${error} is told as a failure`);
    assert.equal(error.exitCode, 1);
    codes.push(...error.diagnostics.map(({ code }) => code));
  }
  return { codes, writes: client.writes - before };
}

async function remove({ other }: Bench, kind: string, name: string, namespace?: string): Promise<void> {
  const ref = { apiVersion: "v1", kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const found = await other.get(ref);
  assert.ok(found?.metadata.uid !== undefined);
  await other.delete(ref, found.metadata.uid, "Background");
}

Deno.test("a record that is deleted under a run ends it, and the next run goes on from what is there", async () => {
  await withBench(async (bench) => {
    const { namespace, run, client } = bench;
    const { codes, writes } = await runWhile(bench, () => remove(bench, "ConfigMap", STATE_NAME, namespace));
    assert.deepEqual(codes, ["run-record-gone"]);
    assert.ok(writes < 200, `${writes} writes are no storm`);
    const events = await run(referencePlan(namespace, { withoutPods: true }));
    assert.equal(ending(events).state, "applied");
    assert.ok(events.some((event) => event.type === "object" && event.outcome === "unchanged"));
    assert.ok(client.writes > 0);
  });
});

Deno.test("a namespace that is deleted under a run ends it, and is said so", async () => {
  await withBench(async (bench) => {
    const { namespace } = bench;
    const { codes, writes } = await runWhile(bench, () => remove(bench, "Namespace", namespace));
    assert.ok(codes.length > 0);
    const known = [
      "run-namespace-terminating",
      "run-namespace-gone",
      "run-record-gone",
      "run-object-refused",
    ];
    for (const code of codes) assert.ok(known.includes(code), code);
    assert.ok(writes < 300, `${writes} writes are no storm`);
  });
});
