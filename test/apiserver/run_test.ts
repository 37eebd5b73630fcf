import assert from "node:assert/strict";
import { plannedObjects } from "../../lib/migration/step.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import { readStatus } from "../../lib/run/status.ts";
import { referencePlan, SENTINEL } from "../run/reference_plan.ts";
import { ending, withBench } from "./cluster.ts";

Deno.test("runPlan() applies everything once, and a second run sends no write", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    const plan = referencePlan(namespace);
    const total = plan.migrations.flatMap(plannedObjects).length;
    assert.ok(total >= 100 && plan.migrations.length >= 10);

    const first = await run(plan);
    assert.equal(ending(first).state, "applied");
    const outcomes = first.flatMap((event) => event.type === "object" ? [event.outcome] : []);
    assert.deepEqual([outcomes.length, new Set(outcomes)], [total, new Set(["created"])]);

    const requests = client.requests;
    const second = await run(plan);
    assert.deepEqual([ending(second).state, ending(second).writes], ["unchanged", 0]);
    assert.ok(client.requests - requests <= 25, `${client.requests - requests} requests`);

    const before = other.requests;
    const { status } = await readStatus(plan, other, namespace);
    assert.ok(other.requests - before <= 3);
    assert.deepEqual(new Set(status.migrations.map(({ state }) => state)), new Set(["applied"]));
    assert.deepEqual([status.current, status.next, status.run], ["110_notes", null, null]);
    assert.ok(!JSON.stringify([first, second, status]).includes(SENTINEL));
    const record = await other.get({
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace,
      name: "migration-state",
    });
    assert.ok(record !== undefined && !JSON.stringify(record).includes(SENTINEL));
  });
});

Deno.test("dryRun() writes nothing and says exactly what runPlan() then does", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    const editions = [
      referencePlan(namespace, { withoutPods: true }),
      referencePlan(namespace),
      referencePlan(namespace, { edition: "2" }),
    ];
    for (const [index, plan] of editions.entries()) {
      const to = index === 1 ? { to: "070" } : {};
      const writes = client.writes;
      const previews = await dryRun(plan, { client, namespace, ...to });
      assert.equal(client.writes, writes);
      assert.deepEqual(previews.flatMap(({ diagnostics }) => diagnostics), []);
      assert.ok(!JSON.stringify(previews).includes(SENTINEL));
      const predicted = previews.flatMap(({ id, changes }) =>
        changes.map(({ object, outcome }) => `${id} ${object} ${outcome}`)
      );
      if (index === 0) {
        assert.equal(await other.get({ apiVersion: "v1", kind: "Namespace", name: namespace }), undefined);
      }
      const events = await run(plan, to);
      const done = events.flatMap((event) =>
        event.type === "object" ? [`${event.id} ${event.object} ${event.outcome}`] : []
      );
      assert.deepEqual(done.sort(), predicted.sort());
      assert.ok(done.length > 0);
    }
  });
});
