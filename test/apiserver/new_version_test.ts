/** A cluster that an earlier version of the program has migrated: what only the new one changes is marked and asked. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan } from "../../lib/migration/step.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import type { Origin } from "../../lib/run/origin.ts";
import { findTarget } from "../../lib/run/prepare.ts";
import { loadState } from "../../lib/run/session.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

/** A program, and a ConfigMap in a migration of its own. */
function planOf(namespace: string, image: string, mode: string): Plan {
  const common = { title: "", why: "", absent: [], claimed: [] };
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const labels = { app: "web" };
  const web: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "main", image }] } },
    },
  };
  const note = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "note", namespace }, data: { mode } };
  const apply = (...objects: KubeObject[]): Plan["migrations"][number]["steps"] => [
    { kind: "apply", objects: objects.map((object) => ({ object })) },
  ];
  return {
    migrations: [
      { ...common, id: "010_namespace", steps: apply(made) },
      { ...common, id: "020_web", steps: apply(web) },
      { ...common, id: "030_note", steps: apply(note) },
    ],
  };
}

const by = (tool: string, inputs: string): { readonly origin: () => Origin } => ({
  origin: () => ({ tool, inputs }),
});

async function recorded({ client, namespace }: Bench): Promise<Origin | undefined> {
  const record = await findTarget(client, namespace);
  return record === undefined ? undefined : (await loadState(record)).origin;
}

function refusal(ids: readonly string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Failure);
    assert.deepEqual(error.diagnostics.map(({ code }) => code), ids.map(() => "run-new-version"));
    assert.deepEqual(error.diagnostics.map(({ message }) => /"(\w+)"/.exec(message)?.[1]), ids);
    return true;
  };
}

Deno.test("what only a new version changes is marked with the programs that start anew, and asked before it", () =>
  withBench(async (bench) => {
    const { client, namespace, run } = bench;
    const first = planOf(namespace, "registry.invalid/a:1", "one");
    assert.equal(ending(await run(first, by("v1", "files"))).state, "applied");
    assert.deepEqual(await recorded(bench), { tool: "v1", inputs: "files" });

    const next = planOf(namespace, "registry.invalid/a:2", "two");
    const previews = await dryRun(next, { client, namespace, ...by("v2", "files") });
    assert.deepEqual(previews.map(({ cause }) => cause), [undefined, "version", "version"]);
    const anew = previews.flatMap(({ changes }) => changes.filter(({ restarts }) => restarts));
    assert.deepEqual(anew.map(({ object }) => object), [`Deployment ${namespace}/web`]);

    const writes = client.writes;
    await assert.rejects(run(next, by("v2", "files")), refusal(["020_web", "030_note"]));
    await assert.rejects(run(next, { ...by("v2", "files"), to: "020" }), refusal(["020_web"]));
    assert.equal(client.writes, writes, "nothing was written");
    // What is asked for a part is accepted for that part alone.
    const accepted = { ...by("v2", "files"), acceptNewVersion: true };
    assert.equal(ending(await run(next, { ...accepted, to: "020" })).state, "applied");
    await assert.rejects(run(next, by("v2", "files")), refusal(["030_note"]));
    assert.equal(ending(await run(next, accepted)).state, "applied");
    assert.deepEqual(await recorded(bench), { tool: "v2", inputs: "files" });
    assert.equal(ending(await run(next, by("v2", "files"))).writes, 0);

    // The same version, other files: that is the operator's own change.
    const edited = planOf(namespace, "registry.invalid/a:2", "three");
    const [, , mine] = await dryRun(edited, { client, namespace, ...by("v2", "edited") });
    assert.deepEqual([mine?.reason, mine?.cause], ["changed", undefined]);
    assert.equal(ending(await run(edited, by("v2", "edited"))).state, "applied");
  }));

Deno.test("a version that changes nothing is recorded by its first run, and a record without one is asked about", () =>
  withBench(async (bench) => {
    const { client, namespace, run } = bench;
    const plan = planOf(namespace, "registry.invalid/a:1", "one");
    // As a version did that recorded nothing of it.
    assert.equal(ending(await run(plan)).state, "applied");
    assert.equal(await recorded(bench), undefined);
    const changed = planOf(namespace, "registry.invalid/a:1", "two");
    const [, , note] = await dryRun(changed, { client, namespace, ...by("v2", "files") });
    assert.equal(note?.cause, "unknown");
    await assert.rejects(run(changed, by("v2", "files")), refusal(["030_note"]));

    const noted = ending(await run(plan, by("v2", "files")));
    assert.equal(noted.state, "unchanged");
    assert.ok(noted.writes > 0);
    assert.deepEqual(await recorded(bench), { tool: "v2", inputs: "files" });
    assert.equal(ending(await run(plan, by("v2", "files"))).writes, 0);
    assert.equal(ending(await run(changed, by("v2", "edited"))).state, "applied");
  }));
