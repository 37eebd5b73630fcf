/** A cluster in which somebody made objects of the stack's names before: refused, taken over, and left alone after. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { ferry, runFerry } from "./ferry.ts";
import { auditPosition, writesSince } from "./seen.ts";

const WEB = "services:\n  web:\n    image: nginx:1.27\n";
const WORKER = "services:\n  worker:\n    image: nginx:1.27\n";
const ADOPTED = "compose-ferry/adopted";

interface Live {
  readonly metadata: {
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** A small stack in a folder of its own. */
async function withStack(
  namespace: string,
  work: (flags: readonly string[], directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "ferry-adopt-" });
  const write = (file: string, text: string): Promise<void> =>
    Deno.writeTextFile(join(directory, file), text);
  try {
    await write("compose.yaml", WEB);
    await write(
      "decisions.yaml",
      `namespace: ${namespace}\nservices:\n` +
        ["web", "worker"].map((name) => `  ${name}: { step: applications, ports: [80] }\n`).join(""),
    );
    await work(["--stack", directory, "--embedded"], directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function make(cluster: TestCluster, path: string, object: object, manager: string): Promise<void> {
  const answer = await cluster.api.request("POST", `${path}?fieldManager=${manager}`, object);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
}

async function live(cluster: TestCluster, path: string): Promise<Live | undefined> {
  const { status, body } = await cluster.api.request("GET", path);
  return status === 200 ? body as Live : undefined;
}

/** The namespace, its LimitRange and the Service of `web`, made by hand. */
async function makeByHand(cluster: TestCluster): Promise<void> {
  const { prefix } = cluster;
  const inside = `/api/v1/namespaces/${prefix}`;
  const head = (kind: string, name: string): object => ({ apiVersion: "v1", kind, metadata: { name } });
  await make(cluster, "/api/v1/namespaces", head("Namespace", prefix), "kubectl-create");
  await make(
    cluster,
    `${inside}/limitranges`,
    { ...head("LimitRange", "defaults"), spec: { limits: [{ type: "Container", max: { cpu: "9" } }] } },
    "kubectl-create",
  );
  await make(
    cluster,
    `${inside}/services`,
    { ...head("Service", "web"), spec: { selector: { app: "old" }, ports: [{ name: "old", port: 8080 }] } },
    "argocd",
  );
}

Deno.test("objects of others are refused before the first write, and taken over when told to", async () => {
  await withCluster(async (cluster) => {
    await withStack(cluster.prefix, async (flags) => {
      await makeByHand(cluster);
      const service = `/api/v1/namespaces/${cluster.prefix}/services/web`;
      const before = await live(cluster, service);
      const start = await auditPosition(cluster);
      for (const more of [["--dry-run"], ["--yes"]]) {
        const { code, err } = await runFerry(["migrate", ...flags, ...more], { cluster });
        assert.equal(code, 1, err);
        assert.equal(err.match(/error\[run-foreign-object\]/g)?.length, 2, err);
        assert.match(err, /LimitRange \S+defaults is there already, made by "kubectl-create"/);
        assert.match(err, /Service \S+web is there already, made by "argocd".*\n(.*\n)*?.*--dry-run --adopt/);
        assert.doesNotMatch(err, /Namespace \S+ is there already/);
      }
      const check = await runFerry(["check", ...flags], { cluster });
      assert.match(check.out, /error\[run-foreign-object\].*Service/);
      assert.deepEqual(await writesSince(cluster, cluster.prefix, start), []);

      const preview = await runFerry(["migrate", ...flags, "--dry-run", "--adopt"], { cluster });
      assert.equal(preview.code, 0, preview.err);
      assert.match(preview.out, /~ Service \S+web to take over\n(.*\n)*?.*-\s+app: old/);
      assert.match(preview.out, /, 2 to take over\n/);
      assert.deepEqual(await writesSince(cluster, cluster.prefix, start), []);

      const taken = await runFerry(["migrate", ...flags, "--adopt", "--yes"], { cluster });
      assert.equal(taken.code, 0, taken.err);
      assert.match(taken.err, /Service \S+web adopted/);
      const after = await live(cluster, service);
      assert.equal(after?.metadata.uid, before?.metadata.uid);
      assert.equal(after?.metadata.annotations?.[ADOPTED], '"argocd"');
      const again = await runFerry(["migrate", ...flags, "--yes"], { cluster });
      assert.match(again.out, /Nothing to do/);
      const status = await runFerry(["status", ...flags], { cluster });
      assert.match(status.out, /080_applications\s+applied, \d+ objects \(1 taken over\)/);
    });
  });
});

Deno.test("rollback and prune leave alone what was there before, and say so", async () => {
  await withCluster(async (cluster) => {
    await withStack(cluster.prefix, async (flags, directory) => {
      await makeByHand(cluster);
      const service = `/api/v1/namespaces/${cluster.prefix}/services/web`;
      const deployment = `/apis/apps/v1/namespaces/${cluster.prefix}/deployments/web`;
      const uid = (await live(cluster, service))?.metadata.uid;
      const stays = async (): Promise<void> => {
        const { metadata } = await live(cluster, service) ?? assert.fail("the Service is gone");
        assert.deepEqual([metadata.uid, metadata.annotations?.[ADOPTED]], [uid, '"argocd"']);
      };
      const ran = await runFerry(["migrate", ...flags, "--adopt", "--yes"], { cluster });
      assert.equal(ran.code, 0, ran.err);

      const back = ["rollback", ...flags, "--to", "010"];
      const preview = await runFerry([...back, "--dry-run", "-o", "json"], { cluster });
      const { rollback } = JSON.parse(preview.out) as {
        rollback: { id: string; removed: { kind: string }[]; kept: { kind: string; name: string }[] }[];
      };
      const step = rollback.find(({ id }) => id === "080_applications");
      assert.deepEqual(step?.kept.map(({ kind, name }) => [kind, name]), [["Service", "web"]]);
      assert.deepEqual(step?.removed.map(({ kind }) => kind), ["Deployment"]);
      const rolled = await runFerry([...back, "--yes", "-o", "json"], { cluster });
      assert.equal(rolled.code, 0, rolled.err);
      assert.match(rolled.err, /keep Service web, it was there before/);
      assert.match(rolled.out, /"object":"Service [^"]+web","outcome":"kept"/);
      assert.equal(await live(cluster, deployment), undefined);
      await stays();
      // Ours by its label: not refused, and still known as what was there before.
      const anew = await runFerry(["migrate", ...flags, "--yes"], { cluster });
      assert.equal(anew.code, 0, anew.err);
      await stays();

      await Deno.writeTextFile(join(directory, "compose.yaml"), WORKER);
      const other = await runFerry(["migrate", ...flags, "--yes"], { cluster });
      assert.equal(other.code, 0, other.err);
      const look = await runFerry(["prune", ...flags, "--dry-run", "-o", "json"], { cluster });
      const pruned = JSON.parse(look.out) as Record<"remove" | "adopted", { entry: { kind: string } }[]>;
      assert.deepEqual(pruned.adopted.map(({ entry }) => entry.kind), ["Service"]);
      assert.ok(pruned.remove.some(({ entry }) => entry.kind === "Deployment"));
      const gone = await runFerry(["prune", ...flags, "--yes", "-o", "json"], { cluster });
      assert.equal(gone.code, 0, gone.err);
      assert.match(gone.out, /"object":"Service [^"]+web","outcome":"kept"/);
      assert.equal(await live(cluster, deployment), undefined);
      await stays();
    });
  });
});

Deno.test("what its maker took back is refused anew, and not taken over by a plain run", async () => {
  await withCluster(async (cluster) => {
    await withStack(cluster.prefix, async (flags) => {
      await makeByHand(cluster);
      const ran = await runFerry(["migrate", ...flags, "--adopt", "--yes"], { cluster });
      assert.equal(ran.code, 0, ran.err);
      const path = `/api/v1/namespaces/${cluster.prefix}/services/web`;
      const { metadata, ...rest } = await live(cluster, path) ?? assert.fail("the Service is gone");
      const { labels: _, annotations: __, ...bare } = metadata;
      const taken = await cluster.api.request("PUT", `${path}?fieldManager=argocd`, {
        ...rest,
        metadata: bare,
      });
      assert.equal(taken.status, 200);
      const refused = await runFerry(["migrate", ...flags, "--yes"], { cluster });
      assert.equal(refused.code, 1, refused.err);
      assert.match(refused.err, /error\[run-foreign-object\]: Service \S+web is there already/);
      const drift = await runFerry(["status", ...flags, "--drift"], { cluster });
      assert.match(drift.out, /~ Service \S+web changed/);
    });
  });
});

Deno.test("a run that is killed while it takes over is finished by a plain one", async () => {
  await withCluster(async (cluster) => {
    await withStack(cluster.prefix, async (flags) => {
      await makeByHand(cluster);
      const child = ferry(["migrate", ...flags, "--adopt", "--yes", "-o", "json"], { cluster });
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      let seen = "";
      while (!seen.includes('"adopted"')) {
        const { value, done } = await reader.read();
        assert.ok(!done, "the run ended before it could be killed");
        seen += value;
      }
      child.kill("SIGKILL");
      await Promise.all([child.status, child.stderr.cancel(), reader.cancel()]);
      const again = await runFerry(["migrate", ...flags, "--yes"], { cluster });
      assert.equal(again.code, 0, again.err);
      const inside = `/api/v1/namespaces/${cluster.prefix}`;
      for (const [path, by] of [["services/web", "argocd"], ["limitranges/defaults", "kubectl-create"]]) {
        const { metadata } = await live(cluster, `${inside}/${path}`) ?? assert.fail(`${path} is gone`);
        assert.equal(metadata.annotations?.[ADOPTED], `"${by}"`);
        assert.equal(metadata.labels?.["compose-ferry/owner"], cluster.prefix);
      }
    });
  });
});
