/** `access grant | revoke | list | kubeconfig`, run as a person runs them, against the real API server and its RBAC. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { assertAtLast } from "../../lib/embedded_cluster/wait.ts";
import { auditPosition, writesSince } from "../crossing/seen.ts";
import { done, isRefusedSoon, objectsOf, PODS, rows, SECRETS, statusOf } from "./seen_access.ts";
import { withTrial, withTrialOn } from "./trial.ts";

const OIDC = "access:\n  oidc: { issuer: https://login.example.org/, clientId: kubernetes }\n" +
  "  groups: { developers: viewer }\n  # One line for each person.\n";

Deno.test("a grant, twice, another role, a revoke: the file, the cluster and the record agree each time", async () => {
  await withTrial(async (trial) => {
    const { namespace, cluster } = trial;
    await done(trial.migrate("--to", "010"));
    const before = await trial.decisions();

    const dry = await done(trial.access("grant", "alice", "--role", "viewer", "--dry-run"));
    assert.match(dry, /^\+ {4}alice: \{ role: viewer \}$/m);
    assert.match(dry, new RegExp(`\\+ RoleBinding ${namespace}/person-alice to create`));
    assert.equal(await trial.decisions(), before);
    assert.deepEqual(await objectsOf(trial, "alice"), []);

    await done(trial.access("grant", "alice", "--role", "viewer"));
    assert.equal(await trial.decisions(), `${before}access:\n  people:\n    alice: { role: viewer }\n`);
    const alice = await trial.as("alice", "--duration", "10m");
    assert.equal(await statusOf(alice.list(PODS, namespace)), 200);
    assert.equal(await statusOf(alice.list(SECRETS, namespace)), 403);
    const pod = { ...PODS, metadata: { name: "x", namespace }, spec: { containers: [] } };
    assert.equal(await statusOf(alice.create(pod)), 403);

    await done(trial.migrate());
    assert.equal(await trial.stateOf("015_people"), "applied");
    const position = await auditPosition(cluster);
    const again = await trial.access("grant", "alice", "--role", "viewer");
    assert.match(again.out, /Nothing to do/);
    const run = await trial.migrate();
    assert.match(run.out, /nothing was written/);
    assert.deepEqual(await writesSince(cluster, namespace, position), []);

    await done(trial.access("grant", "alice", "--role", "operator"));
    assert.equal(await trial.decisions(), `${before}access:\n  people:\n    alice: { role: operator }\n`);
    await assertAtLast(async () => assert.equal(await statusOf(alice.list(SECRETS, namespace)), 200));
    assert.equal(await trial.stateOf("015_people"), "applied");
    assert.match((await trial.migrate()).out, /nothing was written/);

    await done(trial.access("revoke", "alice"));
    assert.equal(await trial.decisions(), before);
    assert.deepEqual(await objectsOf(trial, "alice"), []);
    assert.equal(await trial.stateOf("015_people"), "applied");
    assert.match((await trial.migrate()).out, /nothing was written/);
    assert.ok(await isRefusedSoon(alice, namespace), "the token is still taken");
    const { code, err } = await trial.access("kubeconfig", "alice");
    assert.equal(code, 2);
    assert.match(err, /deno task access grant (.* )?alice --role/);
  });
});

Deno.test("a token of before a revoke stays dead when the same person is granted again", async () => {
  await withTrial(async (trial) => {
    const { namespace } = trial;
    await done(trial.migrate("--to", "010"));
    await done(trial.access("grant", "alice", "--role", "viewer"));
    const old = await trial.as("alice");
    await done(trial.access("revoke", "alice"));
    await done(trial.access("grant", "alice", "--role", "viewer"));
    assert.ok(await isRefusedSoon(old, namespace));
    const now = await trial.as("alice");
    assert.equal(await statusOf(now.list(PODS, namespace)), 200);
  });
});

Deno.test("by OIDC: comments stay, no secret in the kubeconfig, the login can change to an account and back", async () => {
  await withTrial(async (trial) => {
    await done(trial.migrate("--to", "015"));
    const before = await trial.decisions();
    await done(trial.access("grant", "bob", "--role", "viewer", "--user", "1234"));
    const line = '  people:\n    bob: { role: viewer, user: "1234" }\n';
    assert.equal(await trial.decisions(), `${before}${line}`);
    assert.deepEqual(await objectsOf(trial, "bob"), [
      "RoleBinding person-bob",
      `ClusterRoleBinding ${trial.namespace}-person-bob`,
    ]);
    const { out, err } = await trial.access("kubeconfig", "bob", "--server", "https://k3s.example.org:6443");
    const config = parse(out);
    assert.deepEqual(Object.keys(config.users[0].user), ["exec"]);
    assert.equal(config.clusters[0].cluster.server, "https://k3s.example.org:6443");
    assert.match(err, /nothing in this file is secret/);
    assert.doesNotMatch(out, /token:|password|client-key/);

    // Another role keeps the login.
    await done(trial.access("grant", "bob", "--role", "deployer"));
    assert.match(await trial.decisions(), /bob: \{ role: deployer, user: "1234" \}/);
    await done(trial.access("grant", "bob", "--role", "deployer", "--no-user"));
    assert.match(await trial.decisions(), /bob: \{ role: deployer \}/);
    const bob = await trial.as("bob");
    assert.equal(await statusOf(bob.list(PODS, trial.namespace)), 200);
    await done(trial.access("grant", "bob", "--role", "deployer", "--user", "1234"));
    assert.equal((await objectsOf(trial, "bob")).length, 2, "the service account is gone");
    assert.ok(await isRefusedSoon(bob, trial.namespace));
    assert.equal(await trial.stateOf("015_people"), "applied");

    const revoked = await trial.access("revoke", "bob");
    assert.match(revoked.err, /its groups may do \(developers\)/);
    assert.equal(await trial.decisions(), before);
  }, OIDC);
});

Deno.test("list tells granted, not applied yet and only in the cluster apart", async () => {
  await withTrial(async (trial) => {
    await done(trial.migrate("--to", "015"));
    const before = await trial.decisions();
    await done(trial.access("grant", "alice", "--role", "deployer"));
    await done(trial.access("grant", "bob", "--role", "viewer", "--user", "1234"));
    await done(trial.access("grant", "carl", "--role", "viewer"));
    const text = await trial.decisions();
    await trial.decide(
      text.replace(/ {4}carl.*\n/, "    dora: { role: operator }\n").replace(
        "role: deployer",
        "role: viewer",
      ),
    );
    assert.deepEqual(await rows(trial), {
      "person alice": "viewer service-account not-applied",
      "person bob": "viewer oidc granted",
      "person carl": "viewer service-account only-in-cluster",
      "person dora": "operator service-account not-applied",
      "group developers": "viewer oidc granted",
    });
    const table = await done(trial.access("list"));
    assert.match(table, /…\s+alice\s+viewer\s+service account\s+not applied yet, still deployer/);
    assert.match(table, /\?\s+carl\s+viewer\s+service account\s+only in the cluster/);

    // A grant settles its own person; the others are still to be applied, and that is not hidden.
    const { err } = await trial.access("grant", "dora", "--role", "operator");
    assert.match(err, /"015_people" has more to apply/);
    assert.equal(await trial.stateOf("015_people"), "changed");
    assert.equal((await objectsOf(trial, "carl")).length, 3, "another person's objects were touched");
    assert.equal((await rows(trial))["person alice"], "viewer service-account not-applied");
    // A group that is decided no more is seen, too.
    await trial.decide(before.replace("developers: viewer", "others: viewer"));
    const { "group developers": left, "group others": next } = await rows(trial);
    assert.deepEqual([left, next], ["viewer oidc only-in-cluster", "viewer oidc not-applied"]);
    const pending = await trial.access("kubeconfig", "dora");
    assert.equal(pending.code, 2);
  }, OIDC);
});

Deno.test("nobody sees Secrets of a namespace that they do not run", async () => {
  await withCluster(async (cluster) => {
    await withTrialOn(cluster, "", "", async (one) => {
      await withTrialOn(cluster, "-two", "", async (two) => {
        for (const trial of [one, two]) {
          await done(trial.migrate());
          const secret = { ...SECRETS, metadata: { name: "passwords", namespace: trial.namespace } };
          await trial.admin.create({ ...secret, stringData: { a: "b" } });
        }
        await done(one.access("grant", "alice", "--role", "operator"));
        await done(two.access("grant", "bob", "--role", "operator"));
        await done(two.access("grant", "alice", "--role", "viewer"));
        await done(two.access("grant", "carl", "--role", "deployer"));
        const people = [
          await one.as("alice"),
          await two.as("bob"),
          await two.as("alice"),
          await two.as("carl"),
        ];
        const seen = await Promise.all(people.map(async (client) => [
          await statusOf(client.list(SECRETS, one.namespace)),
          await statusOf(client.list(SECRETS, two.namespace)),
          await statusOf(client.list(SECRETS, undefined)),
          await statusOf(client.list(SECRETS, "kube-system")),
        ]));
        assert.deepEqual(seen, [
          [200, 403, 403, 403],
          [403, 200, 403, 403],
          [403, 403, 403, 403],
          [403, 403, 403, 403],
        ]);
      });
    });
  });
});

Deno.test("the first grant also closes the pods of the identity server", async () => {
  await withTrial(async ({ migrate, access, admin, namespace, stateOf }) => {
    await done(migrate("--to", "010"));
    await done(access("grant", "alice", "--role", "viewer"));
    const apiVersion = "admissionregistration.k8s.io/v1";
    for (const kind of ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"]) {
      const found = await admin.get({ apiVersion, kind, name: `${namespace}-closed-pods` });
      assert.match(JSON.stringify(found), kind.endsWith("Policy") ? /'site-'/ : /"Deny"/);
    }
    assert.equal(await stateOf("015_people"), "applied");
  }, "identity: { site: { engine: hydra } }\n");
});
