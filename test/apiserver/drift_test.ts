/** What others did to applied objects, by the API server's word; and what of it is nobody's. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan, Step } from "../../lib/migration/step.ts";
import { readDrift } from "../../lib/run/drift.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

const MAP = { apiVersion: "v1", kind: "ConfigMap" };

function map(namespace: string, name: string, mode: string): KubeObject {
  return { ...MAP, metadata: { name, namespace }, data: { mode } };
}

function planOf(namespace: string, modes: Readonly<Record<string, string>>): Plan {
  const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const job: KubeObject = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "schema", namespace },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "a:1" }] } } },
  };
  const objects = [space, ...Object.entries(modes).map(([name, mode]) => map(namespace, name, mode))];
  const steps: Step[] = [
    { kind: "apply", objects: objects.map((object) => ({ object })) },
    { kind: "job", object: { object: job }, timeout: "1m" },
    { kind: "manual", instruction: "look" },
  ];
  return { migrations: [{ id: "010_all", title: "All", why: "", steps, absent: [], claimed: [] }] };
}

async function remove({ other, namespace }: Bench, kind: typeof MAP, name: string): Promise<void> {
  const found = await other.get({ ...kind, namespace, name });
  assert.ok(found?.metadata.uid !== undefined, name);
  await other.delete({ ...kind, namespace, name }, found.metadata.uid, "Background");
}

async function driftOf(
  { client, namespace }: Bench,
  modes: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const writes = client.writes;
  const previews = await readDrift(planOf(namespace, modes), { client, namespace });
  assert.equal(client.writes, writes);
  return previews.flatMap(({ changes, diagnostics }) => [
    ...changes.map(({ object, outcome }) => `${object.split("/")[1]} ${outcome}`),
    ...diagnostics.map(({ message }) => message),
  ]);
}

Deno.test("readDrift() tells changed, gone, made anew and unmarked apart, and counts no change of the plan", async () => {
  await withBench(async (bench) => {
    const { other, namespace, edit, run } = bench;
    const names = ["changed", "gone", "remade", "unmarked", "untouched", "replanned", "taken"];
    const modes = Object.fromEntries(names.map((name) => [name, "ours"]));
    await other.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await other.create(map(namespace, "taken", "theirs"));
    assert.equal(ending(await run(planOf(namespace, modes), { adopt: true })).state, "applied");
    assert.deepEqual(await driftOf(bench, modes), []);

    const live = async (name: string): Promise<KubeObject> =>
      await other.get({ ...MAP, namespace, name }) ?? assert.fail(name);
    await edit({ ...await live("changed"), data: { mode: "theirs" } }, "configmaps", "kubectl-edit");
    const { metadata, ...rest } = await live("unmarked");
    const { labels: _, ...unmarked } = metadata;
    await edit({ ...rest, metadata: unmarked } as KubeObject, "configmaps", "kubectl-edit");
    await remove(bench, MAP, "gone");
    await remove(bench, MAP, "remade");
    await other.apply(map(namespace, "remade", "theirs"), { fieldManager: "kubectl" });
    // A Job that is done may be cleaned up by anyone.
    await remove(bench, { apiVersion: "batch/v1", kind: "Job" }, "schema");
    const replanned = { ...modes, replanned: "of a new version", added: "later" };
    const seen = ["changed configured", "gone deleted", "remade replaced", "unmarked configured"];
    assert.deepEqual([...await driftOf(bench, replanned)].sort(), seen);

    // What was taken over is compared like all else, and the fate of a planned change is told when it is gone.
    await edit({ ...await live("taken"), data: { mode: "theirs again" } }, "configmaps", "argocd");
    await remove(bench, MAP, "replanned");
    assert.deepEqual(
      [...await driftOf(bench, replanned)].sort(),
      [...seen, "replanned deleted", "taken configured"].sort(),
    );
  });
});
