import assert from "node:assert/strict";
import { ClusterClient } from "../../lib/cluster/client.ts";
import { accessObjects, missingAccess } from "../../lib/run/access.ts";
import type { Plan } from "../../lib/migration/step.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { ending, runPlan, withBench } from "./cluster.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import { preflight } from "../../lib/run/preflight.ts";

/** The same server, asked as somebody without any right of their own. */
function asUser(client: ClusterClient, user: string): ClusterClient {
  const { connection } = client;
  return new ClusterClient({
    ...connection,
    authorize: async (renew) => ({ ...await connection.authorize(renew), "impersonate-user": user }),
    close: () => undefined,
  });
}

Deno.test("accessObjects() grants what a run needs and nothing more; missingAccess() names what lacks", async () => {
  await withBench(async ({ client, other, namespace }) => {
    const plan = referencePlan(namespace, { withoutPods: true });
    const user = `${namespace}-operator`;
    const limited = asUser(client, user);
    const missing = await missingAccess(limited, plan, namespace);
    assert.ok(
      missing.some(({ message }) => message.includes("create, patch") && message.includes("deployments")),
    );

    await other.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const objects = accessObjects(plan, namespace, { kind: "User", name: user });
    const named = objects.map((object) => {
      const isClusterWide = object.metadata.namespace === undefined;
      const name = isClusterWide ? user : object.metadata.name;
      const roleRef = object["roleRef"] as { readonly name: string } | undefined;
      const patched = roleRef === undefined || !isClusterWide ? {} : { roleRef: { ...roleRef, name } };
      return { ...object, ...patched, metadata: { ...object.metadata, name } };
    });
    for (const object of named) await other.apply(object);
    assert.ok(objects.every((object) => !JSON.stringify(object).includes('"*"')));
    assert.deepEqual(await missingAccess(limited, plan, namespace), []);

    // Roles may only be handed out by who has their rights: those of the plan's own Roles are included.
    const withoutRoles = { migrations: plan.migrations.filter(({ id }) => id !== "100_access") };
    assert.deepEqual(
      (await dryRun(withoutRoles, { client: limited, namespace })).flatMap((one) => one.diagnostics),
      [],
    );
    assert.equal(ending(await runPlan(withoutRoles, limited, namespace)).state, "applied");
    assert.equal(ending(await runPlan(withoutRoles, limited, namespace)).state, "unchanged");
    for (const object of named.filter(({ metadata }) => metadata.namespace === undefined)) {
      const live = await other.get({
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
      });
      const ref = { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name };
      await other.delete(ref, live?.metadata.uid ?? "", "Background");
    }
    limited.close();
  });
});

Deno.test("preflight() names rights, kinds and nodes that are missing, and writes nothing", async () => {
  await withBench(async ({ client, namespace }) => {
    const plan = referencePlan(namespace);
    assert.deepEqual(await preflight(client, plan, namespace), []);

    const spec = {
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{
            matchExpressions: [{ key: "storage-id", operator: "In", values: ["nowhere-01"] }],
          }],
        },
      },
    };
    const objects = [
      { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: namespace }, spec },
      { apiVersion: "example.org/v1", kind: "Example", metadata: { name: "one", namespace } },
    ].map((object) => ({ object }));
    const extra = { id: "120_extra", title: "", why: "", absent: [], claimed: [] };
    const larger: Plan = {
      migrations: [...plan.migrations, { ...extra, steps: [{ kind: "apply", objects }] }],
    };
    const found = await preflight(client, larger, namespace);
    assert.deepEqual(found.map(({ code }) => code), ["run-unknown-kind", "run-no-node"]);
    assert.match(found[1]?.hint ?? "", /kubectl label node \S+ storage-id=nowhere-01/);

    const limited = asUser(client, `${namespace}-nobody`);
    const codes = (await preflight(limited, plan, namespace)).map(({ code }) => code);
    assert.deepEqual([...new Set(codes)], ["cluster-missing-right"]);
    limited.close();
    assert.equal(client.writes, 0);
  });
});
