/** `access` where something goes wrong: killed, not alone, meddled with, or asked for what cannot be. */
import assert from "node:assert/strict";
import { currentHolder } from "../../lib/run/holder.ts";
import { acquire } from "../../lib/run/lock.ts";
import { findRecord } from "../../lib/run/prepare.ts";
import {
  ACCOUNTS,
  done,
  endedAt,
  isRefusedSoon,
  killedAt,
  objectsOf,
  PODS,
  RBAC,
  rows,
  statusOf,
} from "./seen_access.ts";
import { decisionsOf, withTrial } from "./trial.ts";

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

Deno.test("while another run holds the lock nothing is written, not even the file", async () => {
  await withTrial(async (trial) => {
    const { admin: client, namespace } = trial;
    await done(trial.migrate("--to", "010"));
    const before = await trial.decisions();
    const target = await findRecord(client, namespace);
    assert.ok(target !== undefined);
    const session = await acquire(target, {
      runId: "other",
      holder: currentHolder(),
      now: () => new Date().toISOString(),
      timeoutMs: 1_000,
      onWaiting: () => {},
      signal: new AbortController().signal,
    });
    try {
      const late = await trial.access("grant", "alice", "--role", "viewer", "--lock-timeout", "1s");
      assert.equal(late.code, 5, late.err);
      const child = trial.start("grant", "alice", "--role", "viewer", "--lock-timeout", "5m");
      assert.equal(await endedAt(child, /wait/i, "SIGINT"), 130);
      assert.equal(await trial.decisions(), before);
    } finally {
      await session.release();
    }
    await done(trial.access("grant", "alice", "--role", "viewer"));
    assert.equal((await rows(trial))["person alice"], "viewer service-account granted");
  });
});

Deno.test("of two grants at once none is lost", async () => {
  await withTrial(async (trial) => {
    await done(trial.migrate("--to", "010"));
    const people = ["alice", "bob", "carl"];
    const first = await Promise.all(
      people.map((person) => trial.access("grant", person, "--role", "viewer")),
    );
    for (const { code, err } of first) assert.ok(code === 0 || /cli-decisions-changed/.test(err), err);
    for (const person of people) await done(trial.access("grant", person, "--role", "viewer"));
    const all = people.map((person) => [`person ${person}`, "viewer service-account granted"]);
    assert.deepEqual(await rows(trial), Object.fromEntries(all));
    assert.equal(await trial.stateOf("015_people"), "applied");
  });
});

Deno.test("revoke takes what decisions never had, and what was put back by hand", async () => {
  await withTrial(async (trial) => {
    const { admin, cluster, namespace } = trial;
    const put = async (path: string, object: unknown): Promise<void> => {
      const { status } = await cluster.api.request("POST", path, object);
      assert.equal(status, 201, path);
    };
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
    await put(`/apis/${RBAC}/namespaces/${namespace}/rolebindings`, restored);
    const account = { ...ACCOUNTS, metadata: { name: "person-zoe", namespace, labels: { ...labels } } };
    account.metadata.labels["compose-ferry/person"] = "zoe";
    await put(`/api/v1/namespaces/${namespace}/serviceaccounts`, account);
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
    const mended = await admin.get(ref);
    assert.deepEqual(mended?.["subjects"], found?.["subjects"]);
    // Without the label nobody would find it as this person's.
    const { "compose-ferry/person": person, ...labels } = mended?.metadata.labels ?? {};
    assert.equal(person, "alice");
    const bare = { ...mended, metadata: { ...mended?.metadata, labels } };
    assert.equal((await cluster.api.request("PUT", path, bare)).status, 200);
    assert.equal((await rows(trial))["person alice"], "viewer service-account not-applied");
    await done(trial.access("grant", "alice", "--role", "viewer"));
    assert.equal((await rows(trial))["person alice"], "viewer service-account granted");
  });
});

Deno.test("what cannot be done is said before anything is written", async () => {
  await withTrial(async (trial) => {
    const before = await trial.decisions();
    const refused: readonly (readonly [readonly string[], number, RegExp])[] = [
      [
        ["grant", "alice", "--role", "viewer"],
        2,
        /run-namespace-pending.*\n.*deno task migrate (--\S+ )*--to 010/,
      ],
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
    // A profile that says something else would win over the line that is written.
    const profile = decisionsOf(
      trial.namespace,
      "profiles:\n  all:\n    access:\n      people:\n        eve: { role: viewer }\n",
    );
    await trial.decide(profile);
    const laid = await trial.access("grant", "eve", "--role", "operator", "--profile", "all");
    assert.equal(laid.code, 3);
    assert.match(laid.err, /cli-access-profile[^]*decisions\.yaml:\d+:/);
    assert.equal(await trial.decisions(), profile);
  });
});

Deno.test("a revoke does not wait until the stack is mended", async () => {
  await withTrial(async (trial) => {
    await done(trial.migrate("--to", "010"));
    const mended = await trial.decisions();
    // No script takes a service of that name.
    const broken = (text: string): string =>
      text.replace(/^defaultMigration.*\n/m, "services: { site: { migration: storage } }\n");
    await done(trial.access("grant", "alice", "--role", "viewer"));
    const alice = await trial.as("alice");
    await trial.decide(broken(await trial.decisions()));
    assert.equal((await trial.access("grant", "bob", "--role", "viewer")).code, 3);
    const { err } = await trial.access("revoke", "alice");
    assert.match(err, /The stack has errors/);
    assert.deepEqual(await objectsOf(trial, "alice"), []);
    assert.equal(await trial.decisions(), broken(mended));
    assert.ok(await isRefusedSoon(alice, trial.namespace));
    await trial.decide(mended);
    await done(trial.migrate("--to", "015"));
    assert.equal(await trial.stateOf("015_people"), "applied");
  });
});

Deno.test("a grant does not take over an object of somebody else, and writes nothing down", async () => {
  await withTrial(async (trial) => {
    const { cluster, namespace } = trial;
    await done(trial.migrate("--to", "010"));
    const before = await trial.decisions();
    const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
    const { status } = await cluster.api.request("POST", `${bindings}?fieldManager=kubectl`, {
      apiVersion: RBAC,
      kind: "RoleBinding",
      metadata: { name: "person-alice" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [],
    });
    assert.equal(status, 201);
    for (const more of [["--dry-run"], []]) {
      const { code, err } = await trial.access("grant", "alice", "--role", "viewer", ...more);
      assert.equal(code, 1, err);
      assert.match(
        err,
        /run-foreign-object\]: RoleBinding \S+person-alice is there already, made by "kubectl"/,
      );
    }
    assert.equal(await trial.decisions(), before);
  });
});

Deno.test("a revoke takes also what was there before and was taken over", async () => {
  await withTrial(async (trial) => {
    const { admin, cluster, namespace } = trial;
    await done(trial.migrate("--to", "010"));
    await done(trial.access("grant", "alice", "--role", "viewer"));
    const decided = await trial.decisions();
    const ref = { apiVersion: RBAC, kind: "RoleBinding", name: "person-alice", namespace };
    const granted = await admin.get(ref);
    await done(trial.access("revoke", "alice"));
    const byHand = { ...granted, metadata: { name: "person-alice" } };
    const path = `/apis/${RBAC}/namespaces/${namespace}/rolebindings?fieldManager=kubectl`;
    assert.equal((await cluster.api.request("POST", path, byHand)).status, 201);
    await trial.decide(decided);
    await done(trial.migrate("--adopt"));
    assert.equal((await admin.get(ref))?.metadata.annotations?.["compose-ferry/adopted"], '"kubectl"');
    await done(trial.access("revoke", "alice"));
    assert.equal(await admin.get(ref), undefined);
    assert.deepEqual(await objectsOf(trial, "alice"), []);
  });
});
