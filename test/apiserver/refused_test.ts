/** What the real API server refuses, and what is said about it. */
import assert from "node:assert/strict";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { type Plan, refOf } from "../../lib/migration/step.ts";
import { assertAtLast } from "../../lib/embedded_cluster/wait.ts";
import { type Bench, withBench } from "./cluster.ts";

function planOf(namespace: string, objects: readonly KubeObject[]): Plan {
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const migration = (id: string, all: readonly KubeObject[]): Plan["migrations"][number] => ({
    id,
    title: "",
    why: "",
    absent: [],
    claimed: [],
    steps: [{ kind: "apply", objects: all.map((object) => ({ object })) }],
  });
  return { migrations: [migration("010_namespace", [made]), migration("020_rest", objects)] };
}

async function refusals(
  { run, namespace }: Bench,
  objects: readonly KubeObject[],
): Promise<readonly Diagnostic[]> {
  const events = await run(planOf(namespace, objects));
  return events.flatMap((event) => event.type === "migration-finished" ? event.diagnostics : []);
}

function pod(namespace: string, limits: Record<string, string>): KubeObject {
  const container = {
    name: "a",
    image: "a",
    ...(Object.keys(limits).length === 0 ? {} : { resources: { limits } }),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", namespace },
    spec: { containers: [container] },
  };
}

Deno.test("a quota that is used up, or counts what a pod does not say, is no missing right", () =>
  withBench(async (bench) => {
    const { namespace } = bench;
    const quota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", namespace },
      spec: { hard: { "limits.memory": "1Gi" } },
    };
    assert.deepEqual(await refusals(bench, [quota]), []);
    // Both are filled in by controllers; before that a pod is admitted, or refused for another reason.
    await assertAtLast(async () => {
      const counted = await bench.other.get(refOf(quota));
      assert.ok(JSON.stringify(counted?.["status"] ?? {}).includes('"used"'));
      assert.ok(
        await bench.other.get({ apiVersion: "v1", kind: "ServiceAccount", namespace, name: "default" }),
      );
    });
    const [silent] = await refusals(bench, [quota, pod(namespace, {})]);
    assert.equal(silent?.code, "run-object-refused");
    assert.match(silent?.hint ?? "", /limits\.default/);
    const [large] = await refusals(bench, [quota, pod(namespace, { memory: "2Gi" })]);
    assert.equal(large?.code, "run-object-refused");
    assert.match(large?.hint ?? "", /quota/);
  }));

Deno.test("a claim that cannot be changed is kept, and said how to go on", () =>
  withBench(async (bench) => {
    const { namespace } = bench;
    const claim = (storageClassName: string): KubeObject => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "1Gi" } } },
    });
    assert.deepEqual(await refusals(bench, [claim("one")]), []);
    const [changed] = await refusals(bench, [claim("other")]);
    assert.equal(changed?.code, "run-field-immutable");
    assert.match(changed?.hint ?? "", /A claim is never deleted/);
  }));
