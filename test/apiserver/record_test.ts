/** What becomes of a target whose record, key or Lease somebody deleted: the next run makes it whole again. */
import assert from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import { KEY_NAME, LEASE_NAME, STATE_NAME } from "../../lib/run/names.ts";
import { readStatus } from "../../lib/run/status.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { ending, withBench } from "./cluster.ts";

const KINDS = {
  [STATE_NAME]: { apiVersion: "v1", kind: "ConfigMap" },
  [KEY_NAME]: { apiVersion: "v1", kind: "Secret" },
  [LEASE_NAME]: { apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
};

async function remove(
  client: ClusterClient,
  namespace: string,
  names: readonly (keyof typeof KINDS)[],
): Promise<void> {
  for (const name of names) {
    const ref = { ...KINDS[name], namespace, name };
    const found = await client.get(ref);
    assert.ok(found?.metadata.uid !== undefined, `${name} is there`);
    await client.delete(ref, found.metadata.uid, "Background");
  }
}

function outcomes(events: readonly RunEvent[]): readonly string[] {
  return [...new Set(events.flatMap((event) => event.type === "object" ? [event.outcome] : []))].sort();
}

const CASES: readonly { readonly lost: readonly (keyof typeof KINDS)[]; readonly seen: readonly string[] }[] =
  [
    { lost: [LEASE_NAME], seen: [] },
    // Every object still carries its digest, so that nothing has to be sent.
    { lost: [STATE_NAME], seen: ["unchanged"] },
    { lost: [STATE_NAME, LEASE_NAME], seen: ["unchanged"] },
    // Nothing can be compared without the key: all is applied anew, which changes nothing but the marks.
    { lost: [KEY_NAME, STATE_NAME], seen: ["configured"] },
    { lost: [KEY_NAME], seen: ["configured"] },
  ];

Deno.test("a record, key or Lease that was deleted is made anew, and later changes are let in", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    const plan = referencePlan(namespace, { withoutPods: true });
    // Several runs, so that the fence stands higher than a fresh record would.
    for (const edition of ["1", "2", "1"]) {
      await run(referencePlan(namespace, { withoutPods: true, edition }));
    }
    for (const [index, { lost, seen }] of CASES.entries()) {
      await remove(other, namespace, lost);
      const previews = await dryRun(plan, { client, namespace });
      assert.deepEqual(previews.flatMap(({ diagnostics }) => diagnostics), [], `preview without ${lost}`);
      const before = await readStatus(plan, client, namespace);
      const isKeyAlone = lost.length === 1 && lost[0] === KEY_NAME;
      const said = isKeyAlone ? ["run-key-replaced"] : [];
      assert.deepEqual(before.diagnostics.map(({ code }) => code), said, `status without ${lost}`);
      const events = await run(plan);
      assert.notEqual(ending(events).state, "failed", `without ${lost}`);
      const warned = events.flatMap((event) => event.type === "warning" ? [event.diagnostic.code] : []);
      assert.deepEqual(warned, said, `run without ${lost}`);
      assert.deepEqual(outcomes(events), seen, `without ${lost}`);
      const { status } = await readStatus(plan, client, namespace);
      assert.ok(status.migrations.every(({ state }) => ["applied", "skipped"].includes(state)));

      const changed = await run(
        referencePlan(namespace, { withoutPods: true, edition: `after ${index}` }),
      );
      assert.deepEqual(outcomes(changed), ["configured", "unchanged"], `a change after ${lost}`);
      await run(plan);
    }
  });
});
