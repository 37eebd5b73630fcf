/** What carries this target's label although no run made it: k3s's file of the first start. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { firstStartText } from "../../lib/kube/host/k3s.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import { OWNER_LABEL } from "../../lib/run/names.ts";
import { ending, withBench } from "./cluster.ts";

Deno.test("a HelmChartConfig that k3s made with this target's label is taken over without a question", async () => {
  await withBench(async ({ api, client, other, namespace, run }) => {
    const target = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    await other.apply(target);
    const made = parse(firstStartText(namespace, { [OWNER_LABEL]: namespace })) as KubeObject;
    const path = `/apis/${made.apiVersion}/namespaces/${namespace}/helmchartconfigs?fieldManager=deploy@node`;
    assert.equal((await api.request("POST", path, made)).status, 201);
    const wanted = {
      ...made,
      metadata: { name: "traefik", namespace },
      spec: { valuesContent: "ports: {}\n" },
    };
    const steps = [{ kind: "apply", objects: [{ object: target }, { object: wanted }] }] as const;
    const migration = { id: "040_traefik", title: "", why: "", steps, absent: [], claimed: [] };
    const plan = { migrations: [migration] };
    const [preview] = await dryRun(plan, { client, namespace });
    assert.deepEqual(preview?.changes.map(({ outcome }) => outcome), ["configured", "configured"]);
    assert.equal(ending(await run(plan)).state, "applied");
    const ref = { apiVersion: made.apiVersion, kind: made.kind, name: "traefik", namespace };
    const { spec } = await other.get(ref) as LiveObject;
    // `failurePolicy` is the CRD's default.
    assert.deepEqual(spec, { ...wanted.spec, failurePolicy: "reinstall" });
  });
});
