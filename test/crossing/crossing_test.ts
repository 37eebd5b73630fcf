/** Whole stacks through the command line onto a real API server. */
import assert from "node:assert/strict";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { ferry, runFerry } from "./ferry.ts";
import { auditPosition, removeVolumes, type Seen, seenObjects, writesSince } from "./seen.ts";
import { exampleStack, fafClone, fafStack, hasFaf, type StackCopy } from "./stacks.ts";

interface StatusJson {
  readonly schemaVersion: number;
  readonly cluster: { readonly context: string; readonly server: string; readonly namespace: string };
  readonly current: string | null;
  readonly next: string | null;
  readonly migrations: readonly { readonly id: string; readonly state: string; readonly objects: number }[];
}

async function statusOf(stack: StackCopy, cluster: TestCluster): Promise<StatusJson> {
  const { code, out, err } = await runFerry(["status", ...stack.flags, "-o", "json"], { cluster });
  assert.equal(code, 0, err);
  return JSON.parse(out) as StatusJson;
}

async function assertAllApplied(stack: StackCopy, cluster: TestCluster): Promise<void> {
  const status = await statusOf(stack, cluster);
  assert.equal(status.next, null);
  const open = status.migrations.filter(({ state }) => state !== "applied" && state !== "skipped");
  assert.deepEqual(open, []);
}

function isOfTimer({ metadata }: Seen): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === "CronJob") ?? false;
}

/** By the API server's own word, not by the program's. */
async function assertWorkloadsReady(cluster: TestCluster, namespace: string): Promise<number> {
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const workloads = (await Promise.all([
    seenObjects(cluster, `${apps}/deployments`),
    seenObjects(cluster, `${apps}/statefulsets`),
  ])).flat();
  const notReady = workloads.filter(({ spec, status }) => status?.["readyReplicas"] !== spec?.["replicas"]);
  assert.deepEqual(notReady.map(({ kind, metadata }) => `${kind} ${metadata.name}`), []);
  const jobs = await seenObjects(cluster, `/apis/batch/v1/namespaces/${namespace}/jobs`);
  assert.deepEqual(
    // A timer may begin at this very minute.
    jobs.filter((job) => !isOfTimer(job) && job.status?.["succeeded"] !== 1).map(({ metadata }) =>
      metadata.name
    ),
    [],
  );
  return workloads.length + jobs.length;
}

/** A claim that is not bound before there is a pod would keep Traefik's own from starting. */
async function assertClaimBound(cluster: TestCluster, namespace: string, name: string): Promise<void> {
  const claims = await seenObjects(cluster, `/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
  assert.equal(claims.find(({ metadata }) => metadata.name === name)?.status?.["phase"], "Bound");
}

/** Every object of the namespace in which a secret must not be read, as text. */
async function readableText(cluster: TestCluster, namespace: string): Promise<string> {
  const paths = ["configmaps", "events", "services", "persistentvolumeclaims", "pods"].map((kind) =>
    `/api/v1/namespaces/${namespace}/${kind}`
  );
  const workloads = ["deployments", "statefulsets"].map((kind) =>
    `/apis/apps/v1/namespaces/${namespace}/${kind}`
  );
  const routes = ["ingressroutes", "middlewares"].map((kind) =>
    `/apis/traefik.io/v1alpha1/namespaces/${namespace}/${kind}`
  );
  const secrets: readonly Seen[] = await seenObjects(cluster, `/api/v1/namespaces/${namespace}/secrets`);
  const all =
    (await Promise.all([...paths, ...workloads, ...routes].map((path) => seenObjects(cluster, path)))).flat();
  return JSON.stringify([all, secrets.map(({ metadata }) => metadata)]);
}

async function secretText(cluster: TestCluster, namespace: string): Promise<string> {
  const secrets = await seenObjects(cluster, `/api/v1/namespaces/${namespace}/secrets`);
  return secrets.flatMap(({ data }) => Object.values(data ?? {}).map(atob)).join("\n");
}

Deno.test("the bundled example crosses, and a second run writes nothing", async () => {
  await withCluster(async (cluster) => {
    await using stack = await exampleStack(cluster.prefix);
    const start = await auditPosition(cluster);
    const first = await runFerry(["migrate", ...stack.flags, "--yes"], { cluster });
    assert.equal(first.code, 0, first.err);
    assert.ok((await writesSince(cluster, cluster.prefix, start)).length > 50, "the audit log sees writes");
    await assertAllApplied(stack, cluster);
    assert.ok(await assertWorkloadsReady(cluster, cluster.prefix) >= 9);
    const before = await auditPosition(cluster);
    const second = await runFerry(["migrate", ...stack.flags, "--yes"], { cluster });
    assert.equal(second.code, 0, second.err);
    assert.match(second.out, /Nothing to do/);
    assert.deepEqual(await writesSince(cluster, cluster.prefix, before), []);
    await removeVolumes(cluster);
  });
});

Deno.test({
  name: hasFaf
    ? "FAF's three files cross: all accepted, all ready, no secret anywhere, nothing to do the second time"
    : "FAF's three files cross (skipped: no faf-stack at FAF_STACK or ../shared/faf-stack)",
  ignore: !hasFaf,
  fn: () =>
    withCluster(async (cluster) => {
      await using stack = await fafStack(cluster.prefix);
      assert.ok(stack);
      const runs = [await runFerry(["migrate", ...stack.flags, "--yes"], { cluster })];
      assert.equal(runs[0]?.code, 0, runs[0]?.err ?? "");
      await assertAllApplied(stack, cluster);
      assert.ok(await assertWorkloadsReady(cluster, cluster.prefix) >= 30);
      await assertClaimBound(cluster, "kube-system", "traefik-acme");
      const before = await auditPosition(cluster);
      runs.push(await runFerry(["migrate", ...stack.flags, "--yes", "-o", "json"], { cluster }));
      assert.deepEqual(await writesSince(cluster, cluster.prefix, before), []);
      for (const command of ["check", "status"]) {
        runs.push(
          await runFerry([
            command,
            ...stack.flags.filter((flag) => command === "status" || flag !== "--embedded"),
          ], { cluster }),
        );
      }
      for (const { code, out, err } of runs) {
        assert.equal(code, 0, err);
        assert.doesNotMatch(out + err, /banana/i);
      }
      assert.doesNotMatch(await readableText(cluster, cluster.prefix), /banana/i);
      assert.match(
        await secretText(cluster, cluster.prefix),
        /banana/,
        "the templates' secrets lie in Secrets",
      );
      await removeVolumes(cluster);
    }),
});

for (const [profile, root] of [["local", undefined], ["test", "/opt/faf-test/"]] as const) {
  Deno.test({
    name: hasFaf
      ? `FAF with --profile ${profile}: a clone, init, all to the end, nothing to do the second time`
      : `FAF with --profile ${profile} (skipped: no faf-stack at FAF_STACK or ../shared/faf-stack)`,
    ignore: !hasFaf,
    fn: () =>
      withCluster(async (cluster) => {
        await using stack = await fafClone(cluster.prefix);
        assert.ok(stack);
        const files = stack.flags.filter((flag) => flag !== "--embedded");
        const profiled = ["--profile", profile];
        const unready = await runFerry(["check", ...files, ...profiled]);
        assert.equal(unready.code, 3, "without init there is nothing to move");
        const made = await runFerry(["init", ...files, "--yes"]);
        assert.equal(made.code, 0, made.err);
        const first = await runFerry(["migrate", ...stack.flags, ...profiled, "--yes"], { cluster });
        assert.equal(first.code, 0, first.err);
        await assertAllApplied({ ...stack, flags: [...stack.flags, ...profiled] }, cluster);
        assert.ok(await assertWorkloadsReady(cluster, cluster.prefix) >= 28);
        const volumes = await seenObjects(cluster, "/api/v1/persistentvolumes");
        const own = volumes.filter(({ metadata }) => metadata.name.startsWith(`${cluster.prefix}-`));
        assert.ok(own.length >= 15);
        for (const { metadata, spec } of own) {
          const { nodeAffinity, persistentVolumeReclaimPolicy } = spec ?? {};
          // The edge: a volume as the server has it.
          const hostPath = spec?.["hostPath"] as
            | { readonly type?: string; readonly path?: string }
            | undefined;
          assert.equal(hostPath?.type, "DirectoryOrCreate", metadata.name);
          // What an image declares and no line of the files mounts lies where Docker has it, or below the root.
          const places: readonly string[] = [
            root ?? stack.directory,
            ...(root === undefined ? ["/var/lib/docker/volumes/"] : []),
          ];
          assert.ok(places.some((place) => hostPath.path?.startsWith(place)), metadata.name);
          assert.equal(nodeAffinity, undefined, metadata.name);
          assert.equal(persistentVolumeReclaimPolicy, "Retain", metadata.name);
        }
        const before = await auditPosition(cluster);
        const second = await runFerry(["migrate", ...stack.flags, ...profiled, "--yes"], { cluster });
        assert.equal(second.code, 0, second.err);
        assert.match(second.out, /Nothing to do/);
        assert.deepEqual(await writesSince(cluster, cluster.prefix, before), []);
        for (const { out, err } of [made, first, second]) assert.doesNotMatch(out + err, /banana/i);
        await removeVolumes(cluster);
      }),
  });
}

Deno.test("volumes made for a laptop are not moved elsewhere by a run without its profile", async () => {
  await withCluster(async (cluster) => {
    await using stack = await exampleStack(cluster.prefix);
    const local = ["--profile", "local"];
    const first = await runFerry(["migrate", ...stack.flags, ...local, "--yes"], { cluster });
    assert.equal(first.code, 0, first.err);
    const volumes = async (): Promise<string> =>
      JSON.stringify(
        (await seenObjects(cluster, "/api/v1/persistentvolumes"))
          .filter(({ metadata }) => metadata.name.startsWith(`${cluster.prefix}-`)).map(({ spec }) => spec),
      );
    const before = await volumes();
    assert.match(before, /DirectoryOrCreate/);
    const without = await runFerry(["migrate", ...stack.flags, "--yes"], { cluster });
    assert.equal(without.code, 0, without.err);
    assert.equal(await volumes(), before, "on the same path they stay as they were made");
    await using elsewhere = await exampleStack(cluster.prefix);
    for (const more of [["--dry-run"], ["--yes"]]) {
      const { code, err } = await runFerry(["migrate", ...elsewhere.flags, ...more], { cluster });
      assert.notEqual(code, 0, err);
      assert.match(err, /error\[run-volume-place\]: PersistentVolume .* was made for another place/);
    }
    assert.equal(await volumes(), before);
    const again = await runFerry(["migrate", ...stack.flags, ...local, "--yes"], { cluster });
    assert.equal(again.code, 0, again.err);
    await removeVolumes(cluster);
  });
});

Deno.test("a run that is killed is finished by the next one", async () => {
  await withCluster(async (cluster) => {
    await using stack = await exampleStack(cluster.prefix);
    const child = ferry(["migrate", ...stack.flags, "--yes", "-o", "json"], { cluster });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes('"id":"030_configuration"')) {
      const { value, done } = await reader.read();
      assert.ok(!done, "the run ended before it could be killed");
      seen += value;
    }
    child.kill("SIGKILL");
    await Promise.all([child.status, child.stderr.cancel(), reader.cancel()]);
    const half = await statusOf(stack, cluster);
    assert.ok(half.migrations.some(({ state }) => state === "applied"));
    assert.ok(half.migrations.some(({ state }) => state !== "applied"));
    const again = await runFerry(["migrate", ...stack.flags, "--yes", "--lock-timeout", "1m"], { cluster });
    assert.equal(again.code, 0, again.err);
    await assertAllApplied(stack, cluster);
    await assertWorkloadsReady(cluster, cluster.prefix);
    await removeVolumes(cluster);
  });
});
