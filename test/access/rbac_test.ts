/** `rbac`: what it prints is enough for a run of the real stacks, and for nothing more. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { connect, removeClusterWide } from "../apiserver/cluster.ts";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { type Ended, runFerry } from "../crossing/ferry.ts";
import { exampleStack, fafStack, hasFaf, type StackCopy } from "../crossing/stacks.ts";
import { done, SECRETS, statusOf } from "./seen_access.ts";

/** Somebody with a login of their own and no right, and the command line as they run it. */
interface Newcomer {
  readonly user: string;
  readonly client: ClusterClient;
  run(...args: readonly string[]): Promise<Ended>;
}

/** The service account of a deployment robot, with its kubeconfig in the stack's folder. */
async function newcomer(cluster: TestCluster, admin: ClusterClient, stack: StackCopy): Promise<Newcomer> {
  const name = `${cluster.prefix}-robot`;
  await admin.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "default" } });
  // The edge: a TokenRequest of authentication.k8s.io/v1.
  const { status: { token } } = await admin.review(
    `/api/v1/namespaces/default/serviceaccounts/${name}/token`,
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
  ) as { readonly status: { readonly token: string } };
  const { users: _, ...rest } = parse(await Deno.readTextFile(cluster.kubeconfigPath));
  const file = join(stack.directory, "robot.kubeconfig");
  const users = [{ name: rest.contexts[0].context.user, user: { token } }];
  await Deno.writeTextFile(file, stringify({ ...rest, users }));
  const flags = stack.flags.filter((flag) => flag !== "--embedded");
  return {
    user: `system:serviceaccount:default:${name}`,
    client: await connect(file),
    run: (...args) => runFerry([...args, ...flags, ...(args[0] === "rbac" ? [] : ["--kubeconfig", file])]),
  };
}

/** Hands the rights out, as an administrator with `kubectl apply -f -` would. */
async function handOut(admin: ClusterClient, { run, user }: Newcomer, ...args: string[]): Promise<void> {
  const printed = await done(run("rbac", "--user", user, "-o", "json", ...args));
  const { items } = JSON.parse(printed) as { readonly items: readonly LiveObject[] };
  for (const item of items) await admin.apply(item, { force: true });
}

async function withNewcomer(
  stackFor: (namespace: string) => Promise<StackCopy>,
  work: (robot: Newcomer, admin: ClusterClient, namespace: string) => Promise<void>,
): Promise<void> {
  await withCluster(async (cluster) => {
    await using stack = await stackFor(cluster.prefix);
    const admin = await connect(cluster.kubeconfigPath);
    const robot = await newcomer(cluster, admin, stack);
    try {
      await work(robot, admin, cluster.prefix);
    } finally {
      robot.client.close();
      await removeClusterWide(admin, cluster.prefix);
      admin.close();
    }
  });
}

async function crosses(robot: Newcomer, admin: ClusterClient, namespace: string): Promise<void> {
  const before = await robot.run("check");
  assert.match(before.out + before.err, /cluster-missing-right/);
  const refused = await robot.run("migrate", "--yes");
  assert.equal(refused.code, 4);
  assert.equal(await admin.get({ apiVersion: "v1", kind: "Namespace", name: namespace }), undefined);

  await handOut(admin, robot);
  const after = await robot.run("check", "-o", "json");
  assert.doesNotMatch(after.out, /cluster-missing-right/);
  await done(robot.run("migrate", "--yes"));
  assert.match(await done(robot.run("migrate", "--yes")), /nothing was written/);
  for (const elsewhere of ["kube-public", undefined]) {
    assert.equal(await statusOf(robot.client.list(SECRETS, elsewhere)), 403);
  }
}

Deno.test("with what rbac prints the bundled example crosses; rollback, prune and access need to be asked for", async () => {
  await withNewcomer(exampleStack, async (robot, admin, namespace) => {
    await crosses(robot, admin, namespace);
    const back = await robot.run("rollback", "--to", "050", "--yes");
    assert.notEqual(back.code, 0);
    assert.match(back.err, /deno task rbac.*--for/);
    const grant = await robot.run("access", "grant", "alice", "--role", "operator", "--yes");
    assert.equal(grant.code, 4);
    assert.match(grant.err, /deno task rbac.*--for/);

    await handOut(admin, robot, "--for", "rollback", "prune", "access");
    await done(robot.run("rollback", "--to", "050", "--yes"));
    await done(robot.run("migrate", "--yes"));
    await done(robot.run("access", "grant", "alice", "--role", "operator", "--yes"));
    assert.match(await done(robot.run("access", "kubeconfig", "alice")), /token:/);
    await done(robot.run("access", "revoke", "alice", "--yes"));
    await done(robot.run("prune", "--yes"));
  });
});

Deno.test({
  name: "with what rbac prints FAF's stack crosses",
  ignore: !hasFaf,
  fn: async () => {
    const stackFor = async (namespace: string): Promise<StackCopy> => {
      const stack = await fafStack(namespace);
      assert.ok(stack !== undefined);
      return stack;
    };
    await withNewcomer(stackFor, crosses);
  },
});
