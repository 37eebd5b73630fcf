/** What does not start is brought to rest where its old container is there, and started again by the next run. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan } from "../../lib/migration/step.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

/** @param place of the pod; one that no node has keeps it waiting. */
function planOf(namespace: string, place: Readonly<Record<string, string>>): Plan {
  const metadata = { name: "bay", namespace };
  const labels = { app: "bay" };
  const workload: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { nodeSelector: place, containers: [{ name: "main", image: "a:1" }] },
      },
    },
  };
  const home: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const ref = { apiVersion: "apps/v1", kind: "Deployment", ...metadata };
  const steps: Plan["migrations"][number]["steps"] = [
    { kind: "apply", objects: [{ object: home }, { object: workload }] },
    { kind: "wait", ref, timeout: "3s" },
  ];
  return { migrations: [{ id: "050_databases", title: "", why: "", steps, absent: [], claimed: [] }] };
}

const NOWHERE = { "storage-id": "nowhere" };

function guard(...owners: readonly string[]): object {
  return { startGuard: { ask: () => Promise.resolve([]), formerOwners: () => Promise.resolve(owners) } };
}

function codes(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === "migration-finished" ? event.diagnostics.map(({ code }) => code) : []
  );
}

async function replicas({ other, namespace }: Bench): Promise<number | undefined> {
  const ref = { apiVersion: "apps/v1", kind: "Deployment", name: "bay", namespace };
  // The edge: `spec` of a Deployment.
  return ((await other.get(ref))?.["spec"] as { replicas?: number } | undefined)?.replicas;
}

Deno.test("a workload that does not start has no pods while its old container is there", async () => {
  await withBench(async (bench: Bench) => {
    const { namespace, run } = bench;
    const failed = await run(planOf(namespace, NOWHERE), guard("old-1"));
    assert.deepEqual(codes(failed), ["run-not-ready", "run-brought-to-rest"]);
    assert.equal(await replicas(bench), 0);
    assert.deepEqual(codes(await run(planOf(namespace, NOWHERE), guard("old-1"))), [
      "run-not-ready",
      "run-brought-to-rest",
    ]);
    assert.equal(await replicas(bench), 0, "tried again, and at rest again");
    assert.equal(ending(await run(planOf(namespace, {}), guard("old-1"))).state, "applied");
    assert.equal(await replicas(bench), 1);
    assert.deepEqual(codes(await run(planOf(namespace, NOWHERE), guard("old-1"))), ["run-not-ready"]);
    assert.equal(await replicas(bench), 1, "what has moved is never stopped");
  });
});

Deno.test("a workload without an old container is left as it is", async () => {
  await withBench(async (bench: Bench) => {
    assert.deepEqual(codes(await bench.run(planOf(bench.namespace, NOWHERE), guard())), ["run-not-ready"]);
    assert.equal(await replicas(bench), 1);
  });
});
