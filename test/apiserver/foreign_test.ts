/** Objects that others made under a planned name: refused before the first write, taken over when told, never removed. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan } from "../../lib/migration/step.ts";
import { readDrift } from "../../lib/run/drift.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import { ADOPTED_ANNOTATION } from "../../lib/run/foreign.ts";
import { findTarget } from "../../lib/run/prepare.ts";
import { findOrphans, prune } from "../../lib/run/prune.ts";
import { rollback, rollbackSteps } from "../../lib/run/rollback.ts";
import { loadState } from "../../lib/run/session.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

function service(namespace: string, name: string): KubeObject {
  const spec = { selector: { app: name }, ports: [{ port: 80, protocol: "TCP", targetPort: 80 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec };
}

function planOf(namespace: string, names: readonly string[]): Plan {
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const common = { title: "", why: "", absent: [], claimed: [] };
  const objects = names.map((name) => ({ object: service(namespace, name) }));
  return {
    migrations: [
      { ...common, id: "999_namespace", steps: [{ kind: "apply", objects: [{ object: made }] }] },
      { ...common, id: "1000_services", steps: [{ kind: "apply", objects }] },
    ],
  };
}

/** Makes a Namespace and a Service as somebody with kubectl would. */
async function madeByHand({ api, namespace }: Bench, name: string): Promise<void> {
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  await api.request("POST", "/api/v1/namespaces?fieldManager=kubectl-create", made);
  const path = `/api/v1/namespaces/${namespace}/services?fieldManager=kubectl-create`;
  assert.equal((await api.request("POST", path, service(namespace, name))).status, 201);
}

Deno.test("an object that somebody else made is refused before the first write, and taken over when told", () =>
  withBench(async (bench) => {
    const { client, other, namespace, run } = bench;
    const plan = planOf(namespace, ["theirs", "ours"]);
    await madeByHand(bench, "theirs");
    const live = (name: string): ReturnType<typeof other.get> =>
      other.get({ apiVersion: "v1", kind: "Service", namespace, name });
    const before = await live("theirs");

    const previews = await dryRun(plan, { client, namespace });
    const said = previews.flatMap(({ diagnostics }) => diagnostics);
    assert.deepEqual(said.map(({ code }) => code), ["run-foreign-object"]);
    assert.match(said[0]?.message ?? "", /^Service \S+\/theirs is there already, made by kubectl-create$/);
    await assert.rejects(run(plan), (error) => {
      assert.ok(error instanceof Failure && error.exitCode === 1);
      return error.diagnostics.length === 1 && error.diagnostics[0]?.code === "run-foreign-object";
    });
    assert.equal((await live("theirs"))?.metadata.resourceVersion, before?.metadata.resourceVersion);
    assert.equal(await live("ours"), undefined, "nothing of it was applied");

    const adopting = await dryRun(plan, { client, namespace, adopt: true });
    assert.deepEqual(adopting.flatMap(({ diagnostics }) => diagnostics), []);
    assert.equal(ending(await run(plan, { adopt: true })).state, "applied");
    const taken = await live("theirs");
    assert.equal(taken?.metadata.uid, before?.metadata.uid);
    assert.equal(taken?.metadata.annotations?.[ADOPTED_ANNOTATION], "kubectl-create");
    assert.equal((await live("ours"))?.metadata.annotations?.[ADOPTED_ANNOTATION], undefined);
    assert.equal(ending(await run(plan)).state, "unchanged", "from then on it is ours to apply");
    assert.equal(ending(await run(plan, { redo: "1000", to: "1000" })).state, "applied");
    assert.equal((await live("theirs"))?.metadata.annotations?.[ADOPTED_ANNOTATION], "kubectl-create");
  }));

Deno.test("prune and rollback leave alone what was there before, and say so", () =>
  withBench(async (bench) => {
    const { client, other, namespace, run } = bench;
    const plan = planOf(namespace, ["theirs", "ours"]);
    await madeByHand(bench, "theirs");
    await run(plan, { adopt: true });
    const target = await findTarget(client, namespace);
    assert.ok(target !== undefined);
    const options = {
      client,
      namespace,
      by: "tester@here",
      now: () => new Date().toISOString(),
      signal: new AbortController().signal,
    };
    const names = async (): Promise<readonly string[]> =>
      (await other.list({ apiVersion: "v1", kind: "Service" }, namespace)).items.map(({ metadata }) =>
        metadata.name
      )
        .sort();

    const less = planOf(namespace, []);
    const orphans = findOrphans(less, await loadState(target));
    assert.deepEqual(orphans.removable.map(({ entry }) => entry.name), ["ours"]);
    assert.deepEqual(orphans.adopted.map(({ entry }) => entry.name), ["theirs"]);
    await Array.fromAsync(prune(less, options));
    assert.deepEqual(await names(), ["theirs"]);

    await run(plan);
    const [step] = rollbackSteps(plan, await loadState(target), "999");
    assert.deepEqual(step?.removed.map(({ name }) => name), ["ours"]);
    assert.deepEqual(step?.kept.map(({ name }) => name), ["theirs"]);
    assert.equal(ending(await Array.fromAsync(rollback(plan, { ...options, to: "999" }))).state, "applied");
    assert.deepEqual(await names(), ["theirs"]);
  }));

Deno.test("drift also tells what is gone", () =>
  withBench(async ({ client, other, namespace, run }) => {
    const plan = planOf(namespace, ["ours", "gone"]);
    await run(plan);
    assert.deepEqual(await readDrift(plan, { client, namespace }), []);
    const ref = { apiVersion: "v1", kind: "Service", namespace, name: "gone" };
    await other.delete(ref, (await other.get(ref))?.metadata.uid ?? "", "Background");
    const drift = await readDrift(plan, { client, namespace });
    assert.deepEqual(
      drift.flatMap(({ changes }) => changes.map(({ object, outcome }) => `${object} ${outcome}`)),
      [`Service ${namespace}/gone created`],
    );
  }));
