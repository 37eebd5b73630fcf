/** The dry-run's exact words: everything a run would do, nothing that it would not, no field that is the same. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan, Step } from "../../lib/migration/step.ts";
import { diffText, hasWork } from "../../lib/report/preview_text.ts";
import { dryRun, type MigrationPreview } from "../../lib/run/dry_run.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import { type Bench, ending, withBench } from "./cluster.ts";

function planOf(namespace: string, ...more: readonly Step[]): Plan {
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const steps: Step[] = [{ kind: "apply", objects: [{ object }] }, ...more];
  return { migrations: [{ id: "010_all", title: "All", why: "", steps, absent: [], claimed: [] }] };
}

/** A Job that cannot start gives up after a second. */
function job(namespace: string, image: string, isHopeless = false): Step {
  const pod = { restartPolicy: "Never", containers: [{ name: "main", image }] };
  const object: KubeObject = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "schema", namespace },
    spec: {
      ...(isHopeless ? { activeDeadlineSeconds: 1 } : {}),
      template: { spec: { ...pod, ...(isHopeless ? { nodeSelector: { "storage-id": "nowhere" } } : {}) } },
    },
  };
  return { kind: "job", object: { object }, timeout: "1m" };
}

function workload(namespace: string, kind: string, more: object): Step {
  const selector = { matchLabels: { app: "app" } };
  const containers = [{ name: "main", image: "a:1" }];
  const template = { metadata: { labels: { app: "app" } }, spec: { containers } };
  const object: KubeObject = {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "app", namespace },
    spec: { replicas: 0, selector, template, ...more },
  };
  return { kind: "apply", objects: [{ object }] };
}

function said(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => event.type === "object" ? [`${event.object} ${event.outcome}`] : []);
}

/** Previews, runs, and holds that both said the same. */
async function previewed(
  { client, namespace, run }: Bench,
  plan: Plan,
  options: { readonly redo?: string } = {},
): Promise<{ readonly preview: MigrationPreview; readonly state: string }> {
  const writes = client.writes;
  const [preview] = await dryRun(plan, { client, namespace, ...options });
  assert.ok(preview !== undefined);
  assert.equal(client.writes, writes);
  const events = await run(plan, options);
  assert.deepEqual(said(events), preview.changes.map(({ object, outcome }) => `${object} ${outcome}`));
  return { preview, state: ending(events).state };
}

Deno.test("dryRun() says that a failed Job is made again, as the run then does", async () => {
  await withBench(async (bench) => {
    const { namespace, run } = bench;
    const plan = planOf(namespace, job(namespace, "a:1", true));
    assert.equal(ending(await run(plan)).state, "failed");
    const { preview, state } = await previewed(bench, plan);
    assert.deepEqual(preview.changes.map(({ outcome }) => outcome), ["unchanged", "replaced"]);
    assert.ok(hasWork(preview));
    assert.deepEqual(preview.changes.map(diffText), ["", ""], "nothing of it is another");
    assert.equal(state, "failed");
  });
});

Deno.test("dryRun() shows of what is replaced the fields that differ, and no other", async () => {
  await withBench(async (bench) => {
    const { namespace, run } = bench;
    await run(planOf(namespace, job(namespace, "a:1")));
    const changed = await previewed(bench, planOf(namespace, job(namespace, "a:2")));
    const lines = (text: string): readonly string[] =>
      text.split("\n").filter((line) => /^[-+]/.test(line)).map((line) => line.replace(/ +/g, " "));
    const jobDiff = changed.preview.changes.find(({ outcome }) => outcome === "replaced");
    assert.ok(jobDiff !== undefined);
    assert.deepEqual(lines(diffText(jobDiff)), ["- - image: a:1", "+ - image: a:2"]);

    const again = await previewed(bench, planOf(namespace, job(namespace, "a:2")), { redo: "010" });
    assert.deepEqual(again.preview.changes.map(({ outcome }) => outcome), ["configured", "replaced"]);
    assert.deepEqual(again.preview.changes.map(diffText), ["", ""]);

    const set = (serviceName: string): Step => workload(namespace, "StatefulSet", { serviceName });
    await run(planOf(namespace, set("a")));
    const { preview } = await previewed(bench, planOf(namespace, set("b")));
    const replaced = preview.changes.find(({ object }) => object.startsWith("StatefulSet"));
    assert.equal(replaced?.outcome, "replaced");
    assert.ok(replaced !== undefined);
    assert.deepEqual(lines(diffText(replaced)), ["- serviceName: a", "+ serviceName: b"]);

    const service = (spec: object): Step => {
      const metadata = { name: "app", namespace };
      const object = {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { selector: { app: "app" }, ports: [{ port: 80 }], ...spec },
      };
      return { kind: "apply", objects: [{ object }] };
    };
    await run(planOf(namespace, service({})));
    const headless = await previewed(bench, planOf(namespace, service({ clusterIP: "None" })));
    const change = headless.preview.changes.find(({ object }) => object.startsWith("Service "));
    assert.equal(change?.outcome, "replaced");
    assert.ok(change !== undefined);
    assert.deepEqual(
      lines(diffText(change)).map((line) => line.replace(/[\d.]{7,}/, "IP")),
      ["- clusterIP: IP", "+ clusterIP: None", "- - IP", "+ - None"],
    );
  });
});

Deno.test("dryRun() has work where a run would only wait or write its record", async () => {
  await withBench(async (bench) => {
    const { client, namespace, run } = bench;
    const ref = { apiVersion: "v1", kind: "Namespace", name: namespace };
    const plan = (timeout: string): Plan => planOf(namespace, { kind: "wait", ref, timeout });
    await run(plan("1m"));
    const [same] = await dryRun(plan("1m"), { client, namespace });
    assert.ok(same !== undefined && !hasWork(same));
    const { preview, state } = await previewed(bench, plan("2m"));
    assert.deepEqual([preview.reason, hasWork(preview), state], ["changed", true, "applied"]);
    assert.deepEqual(preview.changes.map(({ outcome }) => outcome), ["unchanged"]);
  });
});

Deno.test("dryRun() refuses with `frozen` what runPlan() refuses with it", async () => {
  await withBench(async ({ client, namespace, run }) => {
    await run(planOf(namespace));
    const changed = planOf(namespace, job(namespace, "a:1"));
    const told: unknown[] = [];
    for (
      const ask of [
        () => dryRun(changed, { client, namespace, frozen: true }),
        () => run(changed, { frozen: true }),
      ]
    ) {
      await assert.rejects(ask(), (error) => {
        assert.ok(error instanceof Failure);
        told.push([error.exitCode, error.diagnostics]);
        return true;
      });
    }
    assert.deepEqual(told[0], told[1]);
    assert.match(JSON.stringify(told[0]), /run-changed.*010_all/);
  });
});
