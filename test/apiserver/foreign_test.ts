/** Whose an object is: another target's, a target's that is gone, one that was taken over. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan, Step } from "../../lib/migration/step.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { type Bench, ending, runPlan, withBench } from "./cluster.ts";

function planOf(namespace: string, ...more: readonly Step[]): Plan {
  const steps: Step[] = [
    apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
    ...more,
  ];
  return { migrations: [{ id: "010_all", title: "All", why: "", steps, absent: [], claimed: [] }] };
}

function apply(object: KubeObject): Step {
  return { kind: "apply", objects: [{ object }] };
}

/** Belongs to no namespace, so that two targets can both plan it. */
function role(name: string, verb: string): Step {
  return apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: [verb] }],
  });
}

async function refusal(run: Promise<unknown>): Promise<string> {
  const error = await run.then(() => assert.fail("it was not refused"), (thrown: unknown) => thrown);
  assert.ok(error instanceof Failure, String(error));
  assert.deepEqual(error.diagnostics.map(({ code }) => code), ["run-foreign-object"]);
  return error.diagnostics[0]?.message ?? "";
}

function said(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === "object" ? [`${event.object.split(/[ /]/)[0]} ${event.outcome}`] : []
  );
}

Deno.test("what another target made is refused, unless it is as planned here or that target is gone", async () => {
  await withBench(async ({ client, other, namespace }: Bench) => {
    const name = `${namespace}-shared`;
    const [first, second] = [`${namespace}-a`, `${namespace}-b`];
    const run = (target: string, verb: string): Promise<readonly RunEvent[]> =>
      runPlan(planOf(target, role(name, verb)), client, target);
    await run(first, "get");
    const message = await refusal(run(second, "list"));
    assert.match(message, new RegExp(`ClusterRole ${name} is there already, made by compose-ferry for the`));
    assert.match(message, new RegExp(`namespace "${first}"`));
    assert.equal(await other.get({ apiVersion: "v1", kind: "Namespace", name: second }), undefined);
    assert.equal(ending(await run(second, "get")).state, "applied", "the same for both");

    const ref = { apiVersion: "v1", kind: "Namespace", name: second };
    const found = await other.get(ref);
    await other.delete(ref, found?.metadata.uid ?? "", "Background");
    const events = await run(first, "watch");
    assert.deepEqual(said(events), ["Namespace unchanged", "ClusterRole configured"], "nobody's any more");
  });
});

Deno.test("a remove step keeps what was taken over, and the dry-run says so", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "theirs", namespace } };
    await other.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await other.create(map);
    await run(planOf(namespace, apply(map)), { adopt: true });
    const ref = { apiVersion: "v1", kind: "ConfigMap", name: "theirs", namespace };
    const plan = planOf(namespace, { kind: "remove", ref });
    const [preview] = await dryRun(plan, { client, namespace });
    assert.deepEqual(preview?.changes.map(({ outcome }) => outcome), ["unchanged", "kept"]);
    assert.deepEqual(said(await run(plan)), ["Namespace unchanged", "ConfigMap kept"]);
    assert.ok(await other.get(ref) !== undefined);
  });
});

Deno.test("what had to be made anew is this program's own, whoever made the one before", async () => {
  await withBench(async ({ other, namespace, run }) => {
    const set = (app: string): KubeObject => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app } },
        template: { metadata: { labels: { app } }, spec: { containers: [{ name: "main", image: "a:1" }] } },
      },
    });
    await other.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await other.create(set("theirs"));
    const events = await run(planOf(namespace, apply(set("ours"))), { adopt: true });
    assert.deepEqual(said(events), ["Namespace configured", "Deployment replaced"]);
    const live = await other.get({ apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" });
    assert.equal(live?.metadata.annotations?.["compose-ferry/adopted"], undefined);
  });
});
