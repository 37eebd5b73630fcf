import assert from "node:assert/strict";
import { missingRights, rbacObjects } from "../../lib/run/rbac.ts";
import { ApiError } from "../../lib/cluster/api_error.ts";
import { gateObjects } from "../../lib/run/living/gate.ts";
import { putObjects, takeObjects } from "../../lib/run/living/gate_writing.ts";
import type { Purpose } from "../../lib/run/rights.ts";
import type { Plan } from "../../lib/migration/step.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { assertAtLast } from "../../lib/embedded_cluster/wait.ts";
import { asUser, ending, runPlan, withBench } from "./cluster.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import { preflight } from "../../lib/run/preflight.ts";

Deno.test("rbacObjects() grants what a run needs and nothing more; missingRights() names what lacks", async () => {
  await withBench(async ({ client, other, namespace }) => {
    const plan = referencePlan(namespace, { withoutPods: true });
    const user = `${namespace}-operator`;
    const limited = asUser(client, user);
    const missing = await missingRights(limited, plan, namespace);
    assert.ok(
      missing.some(({ message }) => message.includes("create, patch") && message.includes("deployments")),
    );

    const objects = rbacObjects(plan, namespace, user);
    for (const object of objects) await other.apply(object);
    assert.ok(objects.every((object) => !JSON.stringify(object).includes('"*"')));
    await assertAtLast(async () => assert.deepEqual(await missingRights(limited, plan, namespace), []));

    // The plan's own Roles too, which only who has their rights may hand out.
    assert.deepEqual(
      (await dryRun(plan, { client: limited, namespace })).flatMap((one) => one.diagnostics),
      [],
    );
    assert.equal(ending(await runPlan(plan, limited, namespace)).state, "applied");
    assert.equal(ending(await runPlan(plan, limited, namespace)).state, "unchanged");
    limited.close();
  });
});

Deno.test("missingRights() does not take a right in the namespace for one in the whole cluster", async () => {
  await withBench(async ({ client, other, namespace }) => {
    const plan = referencePlan(namespace);
    const name = `${namespace}-owner`;
    const limited = asUser(client, name);
    await other.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const group = "rbac.authorization.k8s.io";
    await other.apply({
      apiVersion: `${group}/v1`,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { apiGroup: group, kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: group, kind: "User", name }],
    });
    await assertAtLast(async () => {
      const missing = await missingRights(limited, plan, namespace);
      assert.ok(missing.some(({ message }) => /create.* namespaces.* in the whole cluster/.test(message)));
      assert.ok(missing.every(({ message }) => !message.includes(`in namespace "${namespace}"`)));
    });
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

Deno.test("a gate is opened and closed with the rights for cross, and not with those for migrate alone", async () => {
  await withBench(async ({ client, other, namespace }) => {
    const plan = referencePlan(namespace, { withoutPods: true });
    const gate = gateObjects("db", namespace, [{ port: 5432, hostPort: 26000 }], "10.42.0.1");
    const left = async (user: string, purposes: readonly Purpose[]): Promise<number> => {
      const limited = asUser(client, user);
      for (const object of rbacObjects(plan, namespace, user, purposes)) await other.apply(object);
      await assertAtLast(async () => assert.deepEqual(await missingRights(limited, plan, namespace), []));
      const guard = (): Promise<void> => Promise.resolve();
      const writing = { client: limited, owner: namespace, epoch: 1, guard, push: () => {} };
      try {
        assert.equal(await putObjects(gate, writing), undefined);
        assert.equal(await takeObjects(gate, writing), undefined);
        return 0;
      } catch (error) {
        assert.ok(error instanceof ApiError, String(error));
        return error.status;
      } finally {
        limited.close();
      }
    };
    assert.equal(await left(`${namespace}-mover`, ["migrate"]), 403);
    assert.equal(await left(`${namespace}-crosser`, ["migrate", "cross"]), 0);
  });
});
