import assert from "node:assert/strict";
import { convertFaf, fafTest } from "./faf_stack.ts";
import type { TestStack } from "../cli/planned_stack.ts";

/** Every directory of the stack that holds data, and the services that mount it. */
const DIRECTORIES: Readonly<Record<string, readonly string[]>> = {
  "config/faf-qai": ["faf-qai"],
  "data/content": ["faf-content", "faf-java-api", "faf-rust-replayserver"],
  "data/extra/postgres-wikijs": ["postgres-wikijs"],
  "data/faf-db": ["faf-db"],
  "data/faf-ircd": ["faf-ircd"],
  "data/faf-java-api/logs": ["faf-java-api"],
  "data/faf-java-api/repositories": ["faf-java-api"],
  "data/faf-policy-server/faf-uid-verifier/verifier": ["faf-policy-server"],
  "data/faf-postal/assets": ["faf-postal"],
  "data/faf-rabbitmq": ["faf-rabbitmq"],
  "data/faf-wordpress/wp-content": ["faf-wordpress"],
  "data/grafana": ["grafana"],
  "data/loki": ["loki"],
  "data/mongodb/backup": ["mongodb"],
  "data/mongodb/data/db": ["mongodb"],
  "data/nodebb/build": ["nodebb"],
  "data/nodebb/node_modules": ["nodebb"],
  "data/nodebb/uploads": ["nodebb"],
  "data/phpbb3-archive": ["phpbb3-archive"],
  "data/prometheus": ["prometheus"],
  "data/qai/Database": ["qai"],
  "data/wikijs/authentication/faf-hydra": ["wikijs"],
};

interface Volume {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly local?: { readonly path: string };
    readonly hostPath?: { readonly path: string };
    readonly claimRef: { readonly name: string; readonly namespace: string };
    readonly persistentVolumeReclaimPolicy: string;
    readonly nodeAffinity: unknown;
  };
}

/** Docker's own place of a volume that nobody named, after the project's name. */
const ANONYMOUS = /^\/var\/lib\/docker\/volumes\/[^_]+_(.+)\/_data$/;

/** On a disk that has to be there, or made where it is missing. */
function pathOf({ local, hostPath }: { local?: { path: string }; hostPath?: { path: string } }): string {
  return (local ?? hostPath)?.path ?? "";
}

fafTest("FAF: every data directory has one volume on its own path, whoever mounts it", async () => {
  const converted = await convertFaf();
  const root = converted.project.workingDir;
  const volumes = volumesOf(converted).filter(({ spec }) => !ANONYMOUS.test(pathOf(spec)));
  const paths = volumes.map(({ spec }) => pathOf(spec).replace(`${root}/`, "")).sort();
  assert.deepEqual(paths, Object.keys(DIRECTORIES));
  for (const { spec } of volumes) {
    const users = usersOf(converted, spec.claimRef.name);
    assert.deepEqual(users, DIRECTORIES[pathOf(spec).replace(`${root}/`, "")], pathOf(spec));
  }
});

fafTest("FAF: what images declare as VOLUME and compose mounts nothing on is kept as well", async () => {
  const paths = volumesOf(await convertFaf()).map(({ spec }) => pathOf(spec));
  const anonymous = paths.flatMap((path) => ANONYMOUS.exec(path)?.[1] ?? []).sort();
  assert.deepEqual(anonymous, ["faf-wordpress-var-www-html", "wikijs-wiki-data-content"]);
});

fafTest("FAF: volumes are kept, bound to their claims and to the node with the storage", async () => {
  const converted = await convertFaf();
  for (const { metadata, spec } of volumesOf(converted)) {
    assert.equal(spec.persistentVolumeReclaimPolicy, "Retain", metadata.name);
    assert.match(JSON.stringify(spec.nodeAffinity), /"storage-id".*"main-01"/);
    const claim = converted.conversion.storage.find(({ object }) =>
      object.kind === "PersistentVolumeClaim" && object.metadata.name === spec.claimRef.name
    );
    assert.equal((claim?.object["spec"] as { volumeName: string }).volumeName, metadata.name);
  }
});

fafTest("FAF: an existing data directory is data, however small and tidy it is", async () => {
  const { conversion } = await convertFaf((directory) => {
    Deno.mkdirSync(`${directory}/data/faf-ircd`, { recursive: true });
    Deno.writeTextFileSync(`${directory}/data/faf-ircd/ircd.tune`, "1\n");
    Deno.mkdirSync(`${directory}/data/phpbb3-archive`, { recursive: true });
    Deno.writeTextFileSync(`${directory}/data/phpbb3-archive/index.html`, "<p>old</p>\n");
  });
  assert.equal(conversion.storage.filter(({ object }) => object.kind === "PersistentVolume").length, 24);
});

function volumesOf({ conversion }: TestStack): Volume[] {
  return conversion.storage.filter(({ object }) => object.kind === "PersistentVolume")
    .map(({ object }) => object as unknown as Volume);
}

function usersOf({ conversion }: TestStack, claim: string): string[] {
  return [...conversion.services.values()]
    .filter(({ workload }) => JSON.stringify(workload).includes(`"claimName":"${claim}"`))
    .map(({ name }) => name).sort();
}
