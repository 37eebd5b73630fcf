/** Objects on their way out: who waits for them, what may not take them away, and what is made again. */
import assert from "node:assert/strict";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan, Step } from "../../lib/migration/step.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { EPOCH_ANNOTATION } from "../../lib/run/names.ts";
import { rollback } from "../../lib/run/rollback.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

const HOLD = "example.org/hold";
const SOON_MS = 30_000;

/** The namespace in a migration of its own, then what is looked at. */
function planOf(namespace: string, ...steps: readonly Step[]): Plan {
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const common = { title: "", why: "", absent: [], claimed: [] };
  return {
    migrations: [
      { ...common, id: "010_namespace", steps: [{ kind: "apply", objects: [{ object: made }] }] },
      { ...common, id: "020_all", steps },
    ],
  };
}

function apply(object: KubeObject): Step {
  return { kind: "apply", objects: [{ object }] };
}

function workload(
  kind: string,
  namespace: string,
  labels: Record<string, string>,
  image: string,
): KubeObject {
  const containers = [{ name: "main", image }];
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "store", namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

function job(namespace: string, image: string): KubeObject {
  const containers = [{ name: "main", image }];
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "users", namespace },
    spec: { template: { spec: { restartPolicy: "Never", containers } } },
  };
}

/** Holds an object, as a pod that does not end or a controller that is not done with it does; or lets it go. */
async function hold(
  { other, edit, namespace }: Bench,
  kind: "Pod" | "ConfigMap",
  name: string,
  isHeld: boolean,
): Promise<void> {
  const found = await other.get({ apiVersion: "v1", kind, namespace, name }, true);
  assert.ok(found !== undefined, `${kind} ${name} is there`);
  const metadata: LiveObject["metadata"] = { ...found.metadata, finalizers: isHeld ? [HOLD] : [] };
  await edit({ ...found, apiVersion: "v1", kind, metadata }, `${kind.toLowerCase()}s`, "somebody");
}

/** What was told until now, of something that goes on. */
function follow(
  running: AsyncGenerator<RunEvent>,
): { readonly events: RunEvent[]; readonly end: Promise<void> } {
  const events: RunEvent[] = [];
  const end = (async (): Promise<void> => {
    for await (const event of running) events.push(event);
  })();
  return { events, end };
}

Deno.test("rollback() ends when the pods have ended, and says what it waits for", () =>
  withBench(async (bench) => {
    const { client, other, namespace, run } = bench;
    const set = workload("StatefulSet", namespace, { app: "store" }, "registry.invalid/a:1");
    const wait: Step = {
      kind: "wait",
      ref: { apiVersion: "apps/v1", kind: "StatefulSet", namespace, name: "store" },
      timeout: "1m",
    };
    const plan = planOf(namespace, apply(set), wait);
    assert.equal(ending(await run(plan)).state, "applied");
    await hold(bench, "Pod", "store-0", true);
    const { events, end } = follow(rollback(plan, {
      ...{ client, namespace, to: "010", by: "tester@here", now: () => new Date().toISOString() },
      signal: new AbortController().signal,
    }));
    const isTold = await waitFor(SOON_MS, () =>
      Promise.resolve(
        events.some((event) => event.type === "waiting" && event.object.includes("store")) || undefined,
      ));
    assert.ok(isTold, JSON.stringify(events));
    assert.equal(events.some(({ type }) => type === "migration-rolled-back"), false);
    await hold(bench, "Pod", "store-0", false);
    await end;
    assert.equal(ending(events).state, "applied");
    const pods = await other.list({ apiVersion: "v1", kind: "Pod" }, namespace);
    assert.deepEqual(pods.items, []);
    assert.equal(
      await other.get({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name: "store" }),
      undefined,
    );
  }));

Deno.test("runPlan() makes an object again that is being deleted, when it is gone", () =>
  withBench(async (bench) => {
    const { other, namespace, run } = bench;
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "note" };
    const note = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "note", namespace },
      data: { a: "b" },
    };
    const plan = planOf(namespace, apply(note));
    assert.equal(ending(await run(plan)).state, "applied");
    await hold(bench, "ConfigMap", "note", true);
    const before = (await other.get(ref))?.metadata;
    await other.delete(ref, before?.uid ?? "", "Background");
    const running = run(plan);
    const isSent = await waitFor(SOON_MS, async () => {
      const epoch = (await other.get(ref))?.metadata.annotations?.[EPOCH_ANNOTATION];
      return epoch !== before?.annotations?.[EPOCH_ANNOTATION] || undefined;
    });
    assert.ok(isSent, "the object that is on its way out was sent");
    await hold(bench, "ConfigMap", "note", false);
    assert.equal(ending(await running).state, "applied");
    const after = await other.get(ref);
    assert.notEqual(after?.metadata.uid, before?.uid);
    assert.equal(after?.metadata.deletionTimestamp, undefined);
    assert.equal(ending(await run(plan)).state, "unchanged");
  }));

Deno.test("runPlan() does not take away what runs for a new version that the server refuses", () =>
  withBench(async ({ other, namespace, run }) => {
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "store" };
    const good = planOf(
      namespace,
      apply(workload("Deployment", namespace, { app: "a" }, "registry.invalid/a:1")),
    );
    assert.equal(ending(await run(good)).state, "applied");
    const before = (await other.get(ref))?.metadata.uid;
    // A selector can never be changed, and a container has an image: both are told in one answer.
    const bad = planOf(namespace, apply(workload("Deployment", namespace, { app: "b" }, "")));
    const events = await run(bad);
    assert.equal(ending(events).state, "failed");
    const codes = events.flatMap((event) =>
      event.type === "migration-finished" ? event.diagnostics.map(({ code }) => code) : []
    );
    assert.deepEqual(codes, ["run-object-refused"]);
    assert.equal((await other.get(ref))?.metadata.uid, before);
    const mended = planOf(
      namespace,
      apply(workload("Deployment", namespace, { app: "b" }, "registry.invalid/a:1")),
    );
    assert.equal(ending(await run(mended)).state, "applied");
    assert.notEqual((await other.get(ref))?.metadata.uid, before);
  }));

Deno.test("runPlan() runs a Job again whose inputs come back, also where the last one was cleaned up", () =>
  withBench(async ({ client, other, namespace, run }) => {
    const ref = { apiVersion: "batch/v1", kind: "Job", namespace, name: "users" };
    const planWith = (image: string): Plan =>
      planOf(namespace, { kind: "job", object: { object: job(namespace, image) }, timeout: "1m" });
    for (const image of ["registry.invalid/a:1", "registry.invalid/b:1"]) {
      assert.equal(ending(await run(planWith(image))).state, "applied");
    }
    const uid = (await other.get(ref))?.metadata.uid ?? "";
    await other.delete(ref, uid, "Background");
    await waitFor(SOON_MS, async () => await other.get(ref) === undefined || undefined);
    const again = planWith("registry.invalid/a:1");
    const changes = (await dryRun(again, { client, namespace })).flatMap(({ changes }) => changes);
    assert.deepEqual(changes.map(({ outcome }) => outcome), ["created"]);
    assert.equal(ending(await run(again)).state, "applied");
    assert.ok(await other.get(ref) !== undefined);
    assert.equal(ending(await run(again)).state, "unchanged");
  }));
