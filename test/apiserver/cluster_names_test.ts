/** Names for the cluster's CoreDNS: each project owns its key, people keep theirs, and what nobody reads is said. */
import assert from "node:assert/strict";
import { NAME_SERVER } from "../../lib/embedded_cluster/name_server.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { CLUSTER_NAMES, CLUSTER_NAMES_LABEL } from "../../lib/kube/network/cluster_names.ts";
import { type Plan, plannedObjects, type Step } from "../../lib/migration/step.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import { handNames, unreadNames } from "../../lib/run/cluster_names.ts";
import { ending, withBench } from "./cluster.ts";

const CUSTOM = { apiVersion: "v1", kind: "ConfigMap", name: "coredns-custom", namespace: "kube-system" };

function linesOf(namespace: string, host: string): string {
  const domain = `${namespace}.svc.cluster.local`;
  return `rewrite stop name exact ${host}.${domain} db.${domain} answer auto\n`;
}

function planOf(namespace: string, host?: string): Plan {
  const common = { title: "", why: "", absent: [], claimed: [] };
  const made: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const names: KubeObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: CLUSTER_NAMES, namespace, labels: { [CLUSTER_NAMES_LABEL]: "" } },
    data: { [`${namespace}.override`]: linesOf(namespace, host ?? "") },
  };
  const steps: readonly Step[] = host === undefined ? [] : [{ kind: "apply", objects: [{ object: names }] }];
  return {
    migrations: [
      { ...common, id: "010_namespace", steps: [{ kind: "apply", objects: [{ object: made }] }] },
      { ...common, id: "030_configuration", steps },
    ],
  };
}

Deno.test("names are one key of CoreDNS's ConfigMap, beside the keys of others, and made again where they are lost", () =>
  withBench(async (bench) => {
    const { client, namespace, run } = bench;
    const data = async (): Promise<Record<string, string>> =>
      ((await client.get(CUSTOM))?.["data"] ?? {}) as Record<string, string>;
    const other = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: CUSTOM.name, namespace: CUSTOM.namespace },
    };
    await client.apply({ ...other, data: { "theirs.server": "# theirs" } }, {
      fieldManager: "people",
      force: true,
    });
    const key = `${namespace}.override`;
    const plan = planOf(namespace, "shop_db");

    const preview = (await dryRun(plan, { client, namespace })).flatMap(({ changes }) => changes);
    assert.ok(preview.some(({ object }) => object === "ConfigMap kube-system/coredns-custom"));
    assert.equal((await data())[key], undefined, "a dry-run writes nothing");

    const events = await run(plan);
    assert.equal(ending(events).state, "applied");
    assert.equal((await data())[key], linesOf(namespace, "shop_db"));
    assert.equal((await data())["theirs.server"], "# theirs");
    const writes = client.writes;
    assert.equal(ending(await run(plan)).state, "unchanged");
    assert.equal(client.writes, writes, "a second run has nothing to write");

    const another = { client, namespace: `${namespace}-2`, guard: () => Promise.resolve() };
    const theirs = planOf(another.namespace, "my_db").migrations.flatMap(plannedObjects);
    await handNames(theirs, another);
    await client.apply({ ...other, data: { [key]: "# gone" } }, { fieldManager: "people", force: true });
    await run(plan);
    assert.equal((await data())[key], linesOf(namespace, "shop_db"), "made again");
    assert.equal((await data())[`${another.namespace}.override`], linesOf(another.namespace, "my_db"));

    await handNames([], another);
    assert.equal((await data())[`${another.namespace}.override`], undefined);
    assert.equal((await data())[key], linesOf(namespace, "shop_db"), "another project's is left alone");
    await handNames([], { ...another, namespace });
  }));

Deno.test("unreadNames() says which names do not answer where CoreDNS does not read the ConfigMap", () =>
  withBench(async ({ client, namespace, api }) => {
    const objects = planOf(namespace, "shop_db").migrations.flatMap(plannedObjects);
    const path = "/apis/apps/v1/namespaces/kube-system/deployments/coredns";
    // As every embedded cluster has it: a test that was ended here left another one.
    await api.apply(path, NAME_SERVER);
    assert.deepEqual(
      await unreadNames(objects, { client, namespace }),
      [],
      "the cluster's reads it, as k3s's does",
    );
    try {
      const { volumes: _, ...pod } = NAME_SERVER.spec.template.spec;
      const containers = pod.containers.map(({ name, image }) => ({ name, image }));
      const template = { ...NAME_SERVER.spec.template, spec: { ...pod, containers } };
      const { status } = await api.request("PUT", path, {
        ...NAME_SERVER,
        spec: { ...NAME_SERVER.spec, template },
      });
      assert.equal(status, 200);
      const [unread] = await unreadNames(objects, { client, namespace });
      assert.match(unread?.message ?? "", /does not read .*"shop_db"/);
    } finally {
      await api.apply(path, NAME_SERVER);
    }
  }));
