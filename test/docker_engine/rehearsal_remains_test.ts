/** What a rehearsal left is found on every side and taken away, and nothing that is not its own. */
import assert from "node:assert/strict";
import { ClusterClient } from "../../lib/cluster/client.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { openEngine } from "../../lib/docker/engine.ts";
import { OWNER_LABEL } from "../../lib/migration/record_names.ts";
import { fencePolicy } from "../../lib/migration/fence.ts";
import { REHEARSAL_LABEL } from "../../lib/rehearsal/copied_project.ts";
import { copyDirectories } from "../../lib/rehearsal/copy_directories.ts";
import { holdStill } from "../../lib/rehearsal/hold_still.ts";
import { findRemains, markNamespace, type Rehearsal, removeRemains } from "../../lib/rehearsal/remains.ts";
import { makeFolder } from "../../lib/rehearsal/running_rehearsal.ts";
import { listContainers } from "../../lib/docker/containers.ts";
import { IMAGE } from "./engine.ts";
import { type Harbour, onEngine } from "./harbour.ts";

async function withRehearsal(
  { engine, cluster, directory }: Harbour,
  work: (rehearsal: Rehearsal) => Promise<void>,
): Promise<void> {
  using opened = await openEngine({ host: engine.host, origin: "a test", isInForce: true });
  const connection = await findCluster({ kubeconfig: cluster.kubeconfigPath, env: () => undefined });
  assert.ok(connection);
  const client = new ClusterClient(connection);
  try {
    await work({
      folder: `${directory}/.harbour-rehearsal`,
      project: "harbour-rehearsal",
      namespace: `${cluster.prefix}-rehearsal`,
      engines: [opened],
      client,
    });
  } finally {
    client.close();
  }
}

/** All that a run would make, on every side. */
async function makeRemains(
  { engine }: Harbour,
  { folder, project, namespace, client }: Rehearsal,
): Promise<void> {
  const label = ["--label", `${REHEARSAL_LABEL}=${folder}`];
  await engine.docker("network", "create", "--internal", ...label, "of-the-copy");
  await Deno.mkdir(`${folder}/volumes/named`, { recursive: true });
  const bound = ["--opt", "type=none", "--opt", "o=bind", "--opt", `device=${folder}/volumes/named`];
  await engine.docker("volume", "create", ...bound, ...label, "of-the-copy");
  const inCopy = ["run", "--detach", "--network", "of-the-copy", "--volume", "of-the-copy:/data"];
  await engine.docker(...inCopy, ...label, "--name", "copy", IMAGE, "sleep", "1000");
  const helper = ["--label", `compose-ferry/project=${project}`, "--name", "copy-in-kubernetes"];
  await engine.docker("run", "--detach", "--network", "of-the-copy", ...helper, IMAGE, "sleep", "1000");
  const labels = { [OWNER_LABEL]: namespace };
  await client.apply({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `${namespace}-data`, labels },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: namespace,
      persistentVolumeReclaimPolicy: "Retain",
      hostPath: { path: `${folder}/volumes/named` },
    },
  });
  await client.apply({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: namespace, labels },
    provisioner: "kubernetes.io/no-provisioner",
  });
  for (const object of fencePolicy(namespace)) {
    await client.apply({ ...object, metadata: { ...object.metadata, labels } });
  }
}

onEngine(
  "what a rehearsal left goes, and nothing else",
  (harbour) =>
    withRehearsal(harbour, async (rehearsal) => {
      const { engine, directory } = harbour;
      await engine.docker("network", "create", "--internal", "of-others");
      await harbour.container("live", "store", "--volume", `${directory}/stack/data/store:/data`);
      const volumes = await engine.docker("volume", "ls", "--quiet");
      assert.deepEqual(await findRemains(rehearsal), []);
      using _held = await makeFolder(rehearsal.folder, "harbour");
      await markNamespace(rehearsal);
      await makeRemains(harbour, rehearsal);
      const { namespace, folder } = rehearsal;
      assert.deepEqual((await findRemains(rehearsal)).toSorted(), [
        `Namespace ${namespace}`,
        `PersistentVolume ${namespace}-data`,
        `StorageClass ${namespace}`,
        `ValidatingAdmissionPolicy ${namespace}-fence`,
        `ValidatingAdmissionPolicyBinding ${namespace}-fence`,
        "container copy",
        "container copy-in-kubernetes",
        `folder ${folder}`,
        "network of-the-copy",
        "volume of-the-copy",
      ]);
      await removeRemains(rehearsal);
      assert.deepEqual(await findRemains(rehearsal), []);
      await removeRemains(rehearsal);
      assert.equal(await engine.docker("ps", "--all", "--format", "{{.Names}}"), "live");
      assert.match(await engine.docker("network", "ls", "--format", "{{.Name}}"), /^of-others$/m);
      assert.equal(await engine.docker("volume", "ls", "--quiet"), volumes);
      assert.ok((await Deno.stat(`${directory}/stack/data/store`)).isDirectory);
    }),
);

onEngine(
  "a folder or namespace without the mark is left alone",
  (harbour) =>
    withRehearsal(harbour, async (rehearsal) => {
      const { folder, namespace, client } = rehearsal;
      const isRefused = async (): Promise<void> => {
        for (const work of [findRemains, removeRemains]) {
          await assert.rejects(work(rehearsal), (error) => {
            assert.ok(error instanceof Failure);
            assert.deepEqual(error.diagnostics.map(({ code }) => code), ["run-rehearsal-not-own"]);
            return true;
          });
        }
      };
      await Deno.mkdir(folder);
      await Deno.writeTextFile(`${folder}/letters`, "dear\n");
      await isRefused();
      assert.equal(await Deno.readTextFile(`${folder}/letters`), "dear\n");
      await Deno.remove(folder, { recursive: true });
      await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      await isRefused();
      assert.equal(
        (await client.get({ apiVersion: "v1", kind: "Namespace", name: namespace }))?.metadata.name,
        namespace,
      );
    }),
);

onEngine(
  "who writes to a directory is held still while it is copied, and goes on",
  (harbour) =>
    withRehearsal(harbour, async (rehearsal) => {
      const { engine, directory } = harbour;
      const { folder, engines: [opened] } = rehearsal;
      assert.ok(opened);
      const from = `${directory}/stack/data/store`;
      await Deno.writeTextFile(`${from}/row`, "1\n");
      await Deno.chmod(from, 0o750);
      await Deno.chown(from, 999, 998);
      await harbour.container("writer", "store", "--volume", `${from}:/data`);
      await harbour.container("other", "reader", "--volume", `${directory}/stack/shared:/data`);
      using _held = await makeFolder(rehearsal.folder, "harbour");
      await markNamespace(rehearsal);
      const known = { engine: opened, title: "", root: engine.dataRoot, isInForce: true };
      const containers = await listContainers(known);
      const states: string[] = [];
      const problems = await copyDirectories([{ from, to: `${folder}/stack/data/store` }], {
        folder,
        signal: new AbortController().signal,
        say: () => {},
        hold: (path, work) =>
          holdStill(path, containers, { engine: opened, folder }, async () => {
            states.push(await engine.docker("ps", "--format", "{{.Names}} {{.Status}}"));
            return await work();
          }),
      });
      assert.deepEqual(problems, []);
      assert.match(states.join(), /writer .*\(Paused\)/);
      assert.doesNotMatch(states.join(), /other .*\(Paused\)/);
      assert.doesNotMatch(await engine.docker("ps", "--format", "{{.Status}}"), /Paused/);
      const { uid, gid, mode } = await Deno.stat(`${folder}/stack/data/store`);
      assert.deepEqual([uid, gid, (mode ?? 0) & 0o777], [999, 998, 0o750]);
      assert.equal(await Deno.readTextFile(`${folder}/stack/data/store/row`), "1\n");
      // As a killed run leaves it.
      await engine.docker("pause", "writer");
      await Deno.writeTextFile(
        `${folder}/held`,
        `${(await engine.docker("ps", "--quiet", "--no-trunc", "--filter", "name=writer")).trim()}\n`,
      );
      await removeRemains(rehearsal);
      assert.doesNotMatch(await engine.docker("ps", "--format", "{{.Status}}"), /Paused/);
    }),
);
