import assert from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan, Step } from "../../lib/migration/step.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { missingRights, rbacObjects } from "../../lib/run/rbac.ts";
import { deleteStuckPod, type PodContext } from "../../lib/run/stuck_pod.ts";
import { assertAtLast, waitFor } from "../../lib/embedded_cluster/wait.ts";
import { asUser, type Bench, ending, runPlan, withBench } from "./cluster.ts";

const TIMEOUT_MS = 20_000;

/** Applies the objects and waits for the last one. */
function planOf(namespace: string, ...objects: readonly KubeObject[]): Plan {
  const all = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...objects];
  const last = all.at(-1);
  assert.ok(last !== undefined);
  const { apiVersion, kind, metadata: { name } } = last;
  const steps: Step[] = [
    { kind: "apply", objects: all.map((object) => ({ object })) },
    { kind: "wait", ref: { apiVersion, kind, namespace, name }, timeout: "1m" },
  ];
  return { migrations: [{ id: "010_all", title: "All", why: "", steps, absent: [], claimed: [] }] };
}

function workload(
  kind: string,
  namespace: string,
  image: string,
  more: object = {},
  pod: object = {},
): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "app", namespace },
    spec: {
      selector: { matchLabels: { app: "app" } },
      template: {
        metadata: { labels: { app: "app" } },
        spec: { containers: [{ name: "main", image }], ...pod },
      },
      ...more,
    },
  };
}

const KINDS: Readonly<Record<string, object>> = {
  Deployment: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
  StatefulSet: { serviceName: "app" },
  DaemonSet: {},
};

async function podOf({ other, namespace }: Bench): Promise<LiveObject> {
  const found = await waitFor(TIMEOUT_MS, async () => {
    const { items } = await other.list({ apiVersion: "v1", kind: "Pod" }, namespace, {
      labelSelector: "app=app",
    });
    return items[0];
  });
  assert.ok(found !== undefined);
  return found;
}

/** Says of the pod what a kubelet would say; the simulated one leaves a pod alone that it started. */
async function setStatus(
  { api, namespace }: Bench,
  pod: LiveObject,
  reason: string,
  more: object,
): Promise<void> {
  const status = {
    conditions: [{ type: "PodScheduled", status: "True" }, { type: "Ready", status: "False" }],
    containerStatuses: [{
      name: "main",
      image: "x",
      imageID: "",
      ready: false,
      restartCount: 5,
      state: { waiting: { reason } },
    }],
    ...more,
  };
  const { resourceVersion: _, managedFields: __, ...metadata } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/status`;
  const answer = await api.request("PUT", path, { ...pod, metadata, status });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

function said(events: readonly RunEvent[]): string {
  return events.flatMap((event) =>
    event.type === "migration-finished" ? event.diagnostics.map(({ message }) => message) : []
  ).join("\n");
}

/** The first version runs, and then its pod cannot start any more. */
async function broken(bench: Bench, kind: string): Promise<LiveObject> {
  const { run, namespace } = bench;
  assert.equal(
    ending(await run(planOf(namespace, workload(kind, namespace, "app:1", KINDS[kind])))).state,
    "applied",
  );
  const pod = await podOf(bench);
  await setStatus(bench, pod, "InvalidImageName", { phase: "Running" });
  return pod;
}

for (const kind of Object.keys(KINDS)) {
  Deno.test(`a ${kind} whose pod could not start is rolled out by the next run when it is mended`, async () => {
    await withBench(async (bench) => {
      const { namespace, run } = bench;
      await broken(bench, kind);
      const events = await run(planOf(namespace, workload(kind, namespace, "app:2", KINDS[kind])));
      assert.equal(ending(events).state, "applied", said(events));
      // Only a StatefulSet needs it; the other controllers replace such a pod themselves.
      const deleted = events.flatMap((event) =>
        event.type === "object" && event.outcome === "deleted" ? [event.object] : []
      );
      assert.deepEqual(deleted, kind === "StatefulSet" ? [`Pod ${namespace}/app-0`] : []);
    });
  });
}

Deno.test("a stuck pod is deleted with the rights of rbacObjects(), and asked for without them", async () => {
  await withBench(async (bench) => {
    const { client, other, namespace } = bench;
    const plan = planOf(namespace, workload("StatefulSet", namespace, "app:2", KINDS["StatefulSet"]));
    const pod = await broken(bench, "StatefulSet");
    const user = `${namespace}-operator`;
    const limited = asUser(client, user);
    const granted = rbacObjects(plan, namespace, user);
    for (const object of granted) await other.apply(withoutPodDeletion(object));
    await assertAtLast(async () => {
      const missing = await missingRights(limited, plan, namespace);
      assert.deepEqual(missing.map(({ message }) => /delete pods/.test(message)), [true]);
    });
    await assert.rejects(runPlan(plan, limited, namespace), /You may not delete pods/);
    // A server that cannot list all rights is found out by the deletion itself.
    const set = await other.get({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name: "app" });
    assert.ok(set !== undefined);
    const refused = await deleteStuckPod(contextOf(limited, namespace), set, pod);
    assert.match(String(refused), /which this login may not: `kubectl delete pod app-0 -n /);
    assert.equal((await podOf(bench)).metadata.uid, pod.metadata.uid);

    for (const object of granted) await other.apply(object);
    await assertAtLast(async () => assert.deepEqual(await missingRights(limited, plan, namespace), []));
    assert.equal(ending(await runPlan(plan, limited, namespace)).state, "applied");
    assert.notEqual((await podOf(bench)).metadata.uid, pod.metadata.uid);
    limited.close();
  });
});

Deno.test("deleteStuckPod() leaves a pod alone that another one took the place of, or whose set is not ours", async () => {
  await withBench(async (bench) => {
    const { client, other, namespace } = bench;
    const pod = await broken(bench, "StatefulSet");
    const set = await other.get({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name: "app" });
    assert.ok(set !== undefined);
    const former = { ...pod, metadata: { ...pod.metadata, uid: crypto.randomUUID() } };
    assert.equal(await deleteStuckPod(contextOf(client, namespace), set, former), false);
    assert.equal(await deleteStuckPod(contextOf(client, "another-stack"), set, pod), false);
    assert.equal((await podOf(bench)).metadata.uid, pod.metadata.uid);
    const lost = { ...contextOf(client, namespace), guard: () => Promise.reject(new Error("lost")) };
    await assert.rejects(deleteStuckPod(lost, set, pod), /lost/);
    assert.equal((await podOf(bench)).metadata.uid, pod.metadata.uid);
  });
});

function contextOf(client: ClusterClient, owner: string): PodContext {
  return { client, owner, guard: () => Promise.resolve() };
}

function withoutPodDeletion(object: KubeObject): KubeObject {
  const rules = object["rules"] as
    | readonly { resources: readonly string[]; verbs: readonly string[] }[]
    | undefined;
  if (rules === undefined) return object;
  return {
    ...object,
    rules: rules.map((rule) =>
      rule.resources.includes("pods")
        ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== "delete") }
        : rule
    ),
  };
}

Deno.test("a volume that is not there ends the wait with the kubelet's words, secrets masked", async () => {
  await withBench(async (bench) => {
    const { namespace, run } = bench;
    const secret: KubeObject = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "app", namespace },
      stringData: { password: "sentinel-4b1f" },
    };
    // No kubelet, no simulated one either, speaks for this node.
    const deployment = workload("Deployment", namespace, "app:1", {}, { nodeName: "nowhere-01" });
    const running = run(planOf(namespace, secret, deployment));
    const pod = await podOf(bench);
    await setStatus(bench, pod, "ContainerCreating", { phase: "Pending" });
    const stop = new AbortController();
    const kubelet = failToMount(bench, pod, "references non-existent secret key: sentinel-4b1f", stop.signal);
    const events = await running;
    stop.abort();
    await kubelet;
    assert.equal(ending(events).state, "failed");
    const message = /FailedMount: MountVolume\.SetUp failed .* references non-existent secret key: \*\*\*/;
    assert.match(said(events), message);
    assert.ok(events.some((event) => event.type === "waiting" && message.test(event.reason)));
    assert.ok(!JSON.stringify(events).includes("sentinel-4b1f"));
  });
});

/** Notes the failed mount as a kubelet does: one event, counted up at every try. */
async function failToMount(
  { api, namespace }: Bench,
  pod: LiveObject,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/events`;
  for (let count = 1; !signal.aborted; count++) {
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "app.1", namespace },
      involvedObject: {
        apiVersion: "v1",
        kind: "Pod",
        namespace,
        name: pod.metadata.name,
        uid: pod.metadata.uid,
      },
      type: "Warning",
      reason: "FailedMount",
      message: `MountVolume.SetUp failed for volume "config" : ${what}`,
      count,
      lastTimestamp: new Date().toISOString().replace(/\.\d+/, ""),
    };
    const answer = await api.request(
      count === 1 ? "POST" : "PUT",
      count === 1 ? path : `${path}/app.1`,
      event,
    );
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

Deno.test("a HelmChart is waited for; the embedded cluster says that it is simulated", async () => {
  await withBench(async ({ namespace, run, other }) => {
    const chart: KubeObject = {
      apiVersion: "helm.cattle.io/v1",
      kind: "HelmChart",
      metadata: { name: "broker", namespace },
      spec: { chart: "rabbitmq", targetNamespace: namespace },
    };
    assert.equal(ending(await run(planOf(namespace, chart))).state, "applied");
    const { apiVersion, kind, metadata: { name } } = chart;
    assert.match(JSON.stringify(await other.get({ apiVersion, kind, namespace, name })), /Simulated/);
  });
});
