import assert from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { renderPreview } from "../../lib/report/preview_text.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan, Step } from "../../lib/migration/step.ts";
import { readDrift } from "../../lib/run/drift.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { findRecord } from "../../lib/run/prepare.ts";
import { findOrphans, prune } from "../../lib/run/prune.ts";
import { readRemovals } from "../../lib/run/removals.ts";
import { rollback } from "../../lib/run/rollback.ts";
import { loadState } from "../../lib/run/session.ts";
import { readStatus } from "../../lib/run/status.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { ending, withBench } from "./cluster.ts";

function planOf(namespace: string, ...objects: readonly KubeObject[]): Plan {
  const all = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...objects];
  const steps: Step[] = [{ kind: "apply", objects: all.map((object) => ({ object })) }];
  return { migrations: [{ id: "010_all", title: "All", why: "", steps, absent: [], claimed: [] }] };
}

function jobPlan(namespace: string, image: string): Plan {
  const object = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "schema", namespace },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image }] } } },
  };
  const [first] = planOf(namespace).migrations;
  assert.ok(first !== undefined);
  const steps: Step[] = [...first.steps, { kind: "job", object: { object }, timeout: "1m" }];
  return { migrations: [{ ...first, steps }] };
}

function statefulSet(namespace: string, serviceName: string): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "store", namespace },
    spec: {
      serviceName,
      replicas: 1,
      selector: { matchLabels: { app: "store" } },
      template: {
        metadata: { labels: { app: "store" } },
        spec: { containers: [{ name: "main", image: "registry.invalid/store:1" }] },
      },
    },
  };
}

function outcomes(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === "object" ? [`${event.object.split(/[ /]/)[0]} ${event.outcome}`] : []
  );
}

function problems(
  events: readonly RunEvent[],
): readonly { readonly code: string; readonly message: string }[] {
  return events.flatMap((event) => event.type === "migration-finished" ? event.diagnostics : []);
}

async function uidOf(
  client: ClusterClient,
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
): Promise<string | undefined> {
  return (await client.get({ apiVersion, kind, namespace, name }))?.metadata.uid;
}

Deno.test("runPlan() names the field and the manager of a conflict, and takes it over only when told to", async () => {
  await withBench(async ({ client, other, namespace, edit, run }) => {
    const map = (mode: string): KubeObject => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "shared", namespace },
      data: { mode },
    });
    await run(planOf(namespace, map("ours")));
    const live = await other.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "shared" });
    assert.ok(live !== undefined);
    await edit({ ...live, data: { mode: "theirs" } }, "configmaps", "kubectl-edit");

    const drift = await readDrift(planOf(namespace, map("ours")), { client, namespace });
    const text = renderPreview(drift, { colour: false });
    assert.match(text, /-\s+mode: theirs\n\s+\+\s+mode: ours/);

    const refused = await run(planOf(namespace, map("new")));
    assert.equal(ending(refused).state, "failed");
    const [problem] = problems(refused);
    assert.equal(problem?.code, "run-field-conflict");
    assert.match(problem?.message ?? "", /"\.data\.mode".*kubectl-edit/);
    const { status } = await readStatus(planOf(namespace, map("new")), client, namespace);
    assert.deepEqual(status.migrations.map(({ state }) => state), ["failed"]);
    assert.match(status.migrations[0]?.error ?? "", /\.data\.mode/);

    assert.equal(ending(await run(planOf(namespace, map("new")), { adopt: true })).state, "applied");
  });
});

Deno.test("runPlan() replaces a Job and a StatefulSet, and never a claim", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    await run(jobPlan(namespace, "registry.invalid/a:1"));
    const first = await uidOf(other, "batch/v1", "Job", namespace, "schema");
    const [preview] = await dryRun(jobPlan(namespace, "registry.invalid/a:2"), { client, namespace });
    assert.deepEqual(preview?.changes.map(({ outcome }) => outcome), ["unchanged", "replaced"]);
    assert.deepEqual(outcomes(await run(jobPlan(namespace, "registry.invalid/a:2"))), [
      "Namespace unchanged",
      "Job replaced",
    ]);
    assert.notEqual(await uidOf(other, "batch/v1", "Job", namespace, "schema"), first);

    const withStore = (name: string): Plan => planOf(namespace, statefulSet(namespace, name));
    await run({ migrations: withStore("a").migrations.map((one) => ({ ...one, id: "020_store" })) });
    const pod = await waitForPod(other, namespace);
    const again = await run({
      migrations: withStore("b").migrations.map((one) => ({ ...one, id: "020_store" })),
    });
    assert.ok(outcomes(again).includes("StatefulSet replaced"));
    assert.equal(await uidOf(other, "v1", "Pod", namespace, "store-0"), pod, "its pod went on running");

    const claim = (size: string): KubeObject => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "",
        resources: { requests: { storage: size } },
      },
    });
    const plan = (size: string): Plan => ({
      migrations: planOf(namespace, claim(size)).migrations.map((one) => ({ ...one, id: "030_claim" })),
    });
    await run(plan("2Gi"));
    const claimUid = await uidOf(other, "v1", "PersistentVolumeClaim", namespace, "data");
    const refused = await run(plan("1Gi"));
    assert.equal(ending(refused).state, "failed");
    assert.equal(await uidOf(other, "v1", "PersistentVolumeClaim", namespace, "data"), claimUid);
  });
});

async function waitForPod(client: ClusterClient, namespace: string): Promise<string> {
  for (;;) {
    const uid = await uidOf(client, "v1", "Pod", namespace, "store-0");
    if (uid !== undefined) return uid;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

Deno.test("rollback() removes workloads and routes, leaves data and configuration, and migrate comes back", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    const plan = referencePlan(namespace, { withoutPods: true });
    await run(plan);
    const options = {
      client,
      namespace,
      by: "tester",
      now: () => new Date().toISOString(),
      signal: new AbortController().signal,
    };
    const claims = await other.list({ apiVersion: "v1", kind: "PersistentVolumeClaim" }, namespace);
    const events = await Array.fromAsync(rollback(plan, { ...options, to: "040" }));
    assert.equal(ending(events).state, "applied");
    const rolledBack = events.flatMap((event) => event.type === "migration-rolled-back" ? [event.id] : []);
    assert.deepEqual(
      rolledBack,
      [
        "110_notes",
        "100_access",
        "090_routes",
        "080_fixtures",
        "070_applications",
        "060_schema",
        "050_databases",
      ].filter((id) => !["080_fixtures", "060_schema"].includes(id)),
    );
    for (const [apiVersion, kind] of [["apps/v1", "Deployment"], ["apps/v1", "StatefulSet"]] as const) {
      assert.equal((await other.list({ apiVersion, kind }, namespace)).items.length, 0, kind);
    }
    const left = await other.list({ apiVersion: "v1", kind: "PersistentVolumeClaim" }, namespace);
    assert.deepEqual(
      left.items.map(({ metadata }) => metadata.uid),
      claims.items.map(({ metadata }) => metadata.uid),
    );
    const { status } = await readStatus(plan, client, namespace);
    assert.deepEqual([status.current, status.next], ["040_middlewares", "050_databases"]);
    assert.equal(ending(await run(plan)).state, "applied");
  });
});

Deno.test("prune() removes what the plan has no more by uid, and leaves data and foreign objects", async () => {
  await withBench(async ({ client, other, namespace, run }) => {
    const map = (name: string): KubeObject => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace },
    });
    const claim: KubeObject = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "",
        resources: { requests: { storage: "1Gi" } },
      },
    };
    await run(planOf(namespace, map("kept"), map("old"), map("remade"), map("gone"), claim));
    const plan = planOf(namespace, map("kept"));
    await run(plan);
    for (const name of ["remade", "gone"]) {
      const uid = await uidOf(other, "v1", "ConfigMap", namespace, name);
      await other.delete({ apiVersion: "v1", kind: "ConfigMap", namespace, name }, uid ?? "", "Background");
    }
    await other.create(map("remade"));

    const target = await findRecord(client, namespace);
    assert.ok(target !== undefined);
    const { removable, data } = findOrphans(plan, await loadState(target));
    assert.deepEqual(removable.map(({ entry }) => entry.name).sort(), ["gone", "old", "remade"]);
    assert.deepEqual(data.map(({ entry }) => entry.name), ["data"]);
    const { removed, kept, refused } = await readRemovals(removable, { client, owner: namespace });
    assert.deepEqual([removed.map(({ entry }) => entry.name), kept], [["old"], []]);
    assert.deepEqual(refused.map(({ entry, why }) => [entry.name, why]), [
      ["remade", "somebody deleted it and made another one of that name"],
    ]);
    const events = await Array.fromAsync(prune(plan, {
      client,
      namespace,
      by: "tester",
      now: () => new Date().toISOString(),
      signal: new AbortController().signal,
    }));
    assert.deepEqual(outcomes(events), ["ConfigMap deleted"]);
    const names = (await other.list({ apiVersion: "v1", kind: "ConfigMap" }, namespace)).items
      .map(({ metadata }) => metadata.name);
    assert.ok(names.includes("kept") && names.includes("remade") && !names.includes("old"));
    assert.ok(await uidOf(other, "v1", "PersistentVolumeClaim", namespace, "data") !== undefined);
  });
});

Deno.test("runPlan() says within seconds why a workload does not come up", async () => {
  await withBench(async ({ namespace, run }) => {
    const object: KubeObject = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "lost", namespace },
      spec: {
        selector: { matchLabels: { app: "lost" } },
        template: {
          metadata: { labels: { app: "lost" } },
          spec: {
            nodeSelector: { "storage-id": "nowhere" },
            containers: [{ name: "main", image: "registry.invalid/a:1" }],
          },
        },
      },
    };
    const [first] = planOf(namespace, object).migrations;
    assert.ok(first !== undefined);
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "lost" };
    const steps: Step[] = [...first.steps, { kind: "wait", ref, timeout: "10m" }];
    const events = await run({ migrations: [{ ...first, steps }] });
    assert.equal(ending(events).state, "failed");
    assert.match(
      problems(events)[0]?.message ?? "",
      // Not "not ready in time", which would have taken the ten minutes.
      /does not become ready: no node can take it: .*node affinity/,
    );
    assert.ok(
      events.some((event) => event.type === "waiting" && event.reason.includes("no node can take it")),
    );
  });
});
