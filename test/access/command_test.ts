/** `access grant | revoke | list | kubeconfig`, run as a person runs them, against the real API server and its RBAC. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { ApiError } from "../../lib/cluster/api_error.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { withCluster } from "../cluster/fixture.ts";
import { auditPosition, writesSince } from "../crossing/seen.ts";
import { decisionsOf, type Trial, withTrial, withTrialOn } from "./trial.ts";

const PODS = { apiVersion: "v1", kind: "Pod" };
const SECRETS = { apiVersion: "v1", kind: "Secret" };
const ACCOUNTS = { apiVersion: "v1", kind: "ServiceAccount" };
const RBAC = "rbac.authorization.k8s.io/v1";
const OIDC = "access:\n  oidc: { issuer: https://login.example.org/, clientId: kubernetes }\n" +
  "  groups: { developers: viewer }\n  # One line for each person.\n";

async function statusOf(request: Promise<unknown>): Promise<number> {
  try {
    await request;
    return 200;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}

/** The API server remembers a token that it has seen for ten seconds. */
async function isRefusedSoon(client: ClusterClient, namespace: string): Promise<boolean> {
  for (let turn = 0; turn < 60; turn++) {
    if (await statusOf(client.list(PODS, namespace)) === 401) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return false;
}

async function done(ended: Promise<{ code: number; out: string; err: string }>): Promise<string> {
  const { code, out, err } = await ended;
  assert.equal(code, 0, err);
  return out;
}

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly role: string;
  readonly login: string;
  readonly state: string;
}

async function rows({ access }: Trial): Promise<Record<string, string>> {
  const { schemaVersion, access: list } = JSON.parse(await done(access("list", "-o", "json"))) as {
    schemaVersion: number;
    access: readonly Row[];
  };
  assert.equal(schemaVersion, 1);
  return Object.fromEntries(
    list.map(({ kind, name, role, login, state }) => [`${kind} ${name}`, `${role} ${login} ${state}`]),
  );
}

/** What is left of the person in the cluster, by label and by name. */
async function objectsOf({ admin, namespace }: Trial, person: string): Promise<string[]> {
  const kinds = [ACCOUNTS, { apiVersion: RBAC, kind: "RoleBinding" }];
  const inside = await Promise.all(kinds.map((kind) => admin.list(kind, namespace)));
  const outside = await admin.list({ apiVersion: RBAC, kind: "ClusterRoleBinding" }, undefined);
  return [...inside.flatMap(({ items }) => items), ...outside.items]
    .filter(({ metadata: { name } }) =>
      name === `person-${person}` || name === `${namespace}-person-${person}`
    )
    .map(({ kind, metadata: { name } }) => `${kind} ${name}`);
}

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
    assert.equal(await statusOf(alice.list(SECRETS, namespace)), 200);
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
    assert.match(err, /deno task access grant alice --role/);
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

Deno.test("a revoke that died after it wrote the file is finished by the same command", async () => {
  await withTrial(async (trial) => {
    await done(trial.migrate("--to", "010"));
    const before = await trial.decisions();
    await done(trial.access("grant", "alice", "--role", "viewer"));
    const alice = await trial.as("alice");
    const child = trial.start("revoke", "alice");
    await killedAt(child, /Decisions: wrote/);
    assert.equal(await trial.decisions(), before);
    await done(trial.access("revoke", "alice"));
    assert.deepEqual(await objectsOf(trial, "alice"), []);
    assert.ok(await isRefusedSoon(alice, trial.namespace));
    assert.equal(await trial.stateOf("015_people"), "applied");
    assert.match((await trial.access("revoke", "alice")).out, /Nothing to do/);

    // The same without the chance of when the kill comes: the file says nothing, the cluster still has everything.
    await done(trial.access("grant", "bob", "--role", "viewer"));
    await trial.decide(before);
    assert.equal((await rows(trial))["person bob"], "viewer service-account only-in-cluster");
    await done(trial.access("revoke", "bob"));
    assert.deepEqual(await objectsOf(trial, "bob"), []);
    assert.equal(await trial.stateOf("015_people"), "applied");
  });
});

Deno.test("a grant that died anywhere is finished by the same command", async () => {
  await withTrial(async (trial) => {
    await done(trial.migrate("--to", "010"));
    for (
      const [person, line] of [["alice", /Decisions: wrote/], ["bob", /ServiceAccount .* created/]] as const
    ) {
      await killedAt(trial.start("grant", person, "--role", "deployer"), line);
      await done(trial.access("grant", person, "--role", "deployer"));
      const client = await trial.as(person);
      assert.equal(await statusOf(client.list(PODS, trial.namespace)), 200);
      assert.equal(await trial.stateOf("015_people"), "applied");
    }
  });
});

/** Reads what the command says until it says this, then kills it. */
async function killedAt(child: Deno.ChildProcess, line: RegExp): Promise<void> {
  const drained = new Response(child.stdout).arrayBuffer();
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (!line.test(said)) continue;
    try {
      child.kill("SIGKILL");
    } catch { /* It ended by itself. */ }
  }
  assert.match(said, line);
  await drained;
  await child.status;
}

Deno.test("revoke takes what decisions never had, and what was put back by hand", async () => {
  await withTrial(async (trial) => {
    const { admin, namespace } = trial;
    await done(trial.migrate("--to", "010"));
    await done(trial.access("grant", "alice", "--role", "viewer"));
    const before = await trial.decisions();
    // As from a backup: the same labels, another uid, in no inventory.
    const binding = { apiVersion: RBAC, kind: "RoleBinding", name: "person-alice", namespace };
    const found = await admin.get(binding);
    assert.ok(found?.metadata.uid !== undefined);
    await admin.delete(binding, found.metadata.uid, "Background");
    const { labels = {} } = found.metadata;
    const restored = {
      apiVersion: RBAC,
      kind: "RoleBinding",
      metadata: { name: "person-alice", namespace, labels },
      roleRef: found["roleRef"],
      subjects: found["subjects"],
    };
    await admin.create(restored);
    const account = { ...ACCOUNTS, metadata: { name: "person-zoe", namespace, labels: { ...labels } } };
    account.metadata.labels["compose-ferry/person"] = "zoe";
    await admin.create(account);
    assert.equal((await rows(trial))["person zoe"], "null service-account only-in-cluster");
    await done(trial.access("revoke", "zoe"));
    assert.equal(await trial.decisions(), before);
    assert.deepEqual(await objectsOf(trial, "zoe"), []);
    await done(trial.access("revoke", "alice"));
    assert.deepEqual(await objectsOf(trial, "alice"), []);
  });
});

Deno.test("what somebody changed in the cluster is taken back by the same grant", async () => {
  await withTrial(async (trial) => {
    const { admin, cluster, namespace } = trial;
    await done(trial.migrate("--to", "010"));
    await done(trial.access("grant", "alice", "--role", "viewer"));
    const ref = { apiVersion: RBAC, kind: "RoleBinding", name: "person-alice", namespace };
    const found = await admin.get(ref);
    const path = `/apis/${RBAC}/namespaces/${namespace}/rolebindings/person-alice?fieldManager=hand`;
    const subjects = [{ kind: "User", name: "mallory", apiGroup: "rbac.authorization.k8s.io" }];
    assert.equal((await cluster.api.request("PUT", path, { ...found, subjects })).status, 200);
    assert.equal(
      (await rows(trial))["person alice"],
      "viewer service-account not-applied",
    );
    await done(trial.access("grant", "alice", "--role", "viewer"));
    assert.equal((await rows(trial))["person alice"], "viewer service-account granted");
    assert.deepEqual((await admin.get(ref))?.["subjects"], found?.["subjects"]);
  });
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

Deno.test("what cannot be done is said before anything is written", async () => {
  await withTrial(async (trial) => {
    const before = await trial.decisions();
    const refused: readonly (readonly [readonly string[], number, RegExp])[] = [
      [["grant", "alice", "--role", "viewer"], 2, /run-namespace-pending.*\n.*deno task migrate --to 010/],
      [["grant", "Alice", "--role", "viewer"], 2, /cli-access-name/],
      [["grant", "alice", "--role", "admin"], 2, /viewer, deployer, operator/],
      [["grant", "alice"], 2, /--role/],
      [["grant", "--role", "viewer"], 2, /missing required argument/],
      [["kubeconfig", "alice", "--duration", "5m"], 2, /cli-duration/],
      [["kubeconfig", "alice", "--server", "k3s"], 2, /cli-access-server/],
      [["kubeconfig", "alice"], 2, /cli-access-unknown/],
    ];
    for (const [args, code, message] of refused) {
      const ended = await trial.access(...args);
      assert.equal(ended.code, code, ended.err);
      assert.match(ended.err, message);
      assert.equal(ended.out, "");
    }
    assert.equal(await trial.decisions(), before);
    await done(trial.migrate("--to", "010"));
    await done(trial.access("grant", "alice", "--role", "viewer", "--user", "7"));
    assert.match((await trial.access("kubeconfig", "alcie")).err, /Did you mean "alice"\?/);
    assert.match((await trial.access("revoke", "alcie")).err, /Did you mean "alice"\?/);
    const twin = await trial.access("grant", "bob", "--role", "viewer", "--user", "7");
    assert.match(twin.err, /cli-access-same-login/);
    // A file that says it in its own way is not written anew.
    const odd =
      decisionsOf(trial.namespace, "access: { people: &p { alice: { role: viewer } } }\nprofiles:\n") +
      "  all: { access: { people: *p } }\n";
    await trial.decide(odd);
    const kept = await trial.access("grant", "bob", "--role", "viewer");
    assert.equal(kept.code, 3);
    assert.match(kept.err, /cli-decisions-not-editable/);
    assert.equal(await trial.decisions(), odd);
  });
});
