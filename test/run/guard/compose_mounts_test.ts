/** Who shares a directory by the compose files of one project or of two. */
import assert from "node:assert/strict";
import { load } from "../../../compose/mod.ts";
import type { LiveObject } from "../../../lib/cluster/live_object.ts";
import type { Container } from "../../../lib/docker/containers.ts";
import type { PlannedObject } from "../../../lib/kube/object.ts";
import { placeByName } from "../../../lib/node/place.ts";
import { type SharedByFiles, sharedByFiles } from "../../../lib/run/guard/compose_mounts.ts";
import { Places } from "../../../lib/run/guard/look.ts";
import { podsInUse } from "../../../lib/run/guard/pods_in_use.ts";
import { withFiles } from "../../cli/in_process.ts";

/** Two projects with a library and a volume in common, and a directory each has for itself. */
const MACHINE = {
  "films/compose.yaml": `services:
  player:
    image: registry.example/player:1
    volumes: ["/srv/library:/library", "posters:/posters", "./state:/state"]
  helper: { image: "registry.example/helper:1", volumes: ["/srv/library/new:/new"] }
volumes: { posters: { name: posters } }
`,
  "loader/compose.yaml": `services:
  fetch:
    image: registry.example/fetch:1
    volumes: ["/srv/library:/library", "posters:/posters"]
  quiet: { image: "registry.example/quiet:1", volumes: ["/srv/other:/other"] }
volumes: { posters: { external: true } }
`,
};

const POSTERS = "/var/lib/docker/volumes/posters/_data";

async function withShared(work: (shared: SharedByFiles, alone: SharedByFiles) => void): Promise<void> {
  await withFiles(MACHINE, async (machine) => {
    const read = async (name: string) => {
      const { project } = await load({ directory: `${machine}/${name}`, environment: {} });
      assert.ok(project !== undefined);
      return project;
    };
    const films = await read("films");
    const loader = { project: await read("loader"), namespace: "fetching", skipped: new Set<string>() };
    const places = new Places(undefined);
    const directories = new Map([["posters", POSTERS]]);
    work(
      await sharedByFiles(films, [loader], places, directories),
      await sharedByFiles(films, [], places, directories),
    );
  });
}

const PLAYER: PlannedObject = {
  service: "player",
  object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "player", namespace: "films" } },
};

function container(project: string, service: string): Container {
  return {
    id: "a".repeat(64),
    name: `${project}-${service}-1`,
    project,
    service,
    state: "running",
    restart: "no",
    exitCode: 0,
    writes: [],
    ports: [],
    engine: { title: "Docker Engine", flags: "" },
  };
}

function pod(namespace: string, name: string): LiveObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-0`,
      namespace,
      labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "loader" },
    },
  } as LiveObject;
}

Deno.test("containers share what the files of both give them, in one project and in two", async () => {
  await withShared(({ isShared }, alone) => {
    const library = { mount: { sources: ["/srv/library"] }, places: [placeByName("/srv/library")] };
    const posters = { mount: { sources: [POSTERS], volume: "posters" }, places: [placeByName(POSTERS)] };
    const state = { mount: { sources: ["/elsewhere"] }, places: [placeByName("/elsewhere")] };
    assert.equal(isShared(container("loader", "fetch"), library, PLAYER), true);
    assert.equal(isShared(container("loader", "fetch"), posters, PLAYER), true);
    assert.equal(isShared(container("loader", "quiet"), library, PLAYER), false, "its files do not give it");
    assert.equal(isShared(container("loader", "fetch"), state, PLAYER), false);
    assert.equal(
      isShared(container("films", "player"), library, PLAYER),
      false,
      "it is the one that is moved",
    );
    assert.equal(
      alone.isShared(container("loader", "fetch"), library, PLAYER),
      false,
      "nobody knows its files",
    );
  });
});

Deno.test("a pod of another project shares what the files of both give them, where these are known", async () => {
  await withShared(({ isSharedPod }, alone) => {
    const library = placeByName("/srv/library");
    assert.equal(isSharedPod(pod("fetching", "fetch"), PLAYER, library), true);
    assert.equal(isSharedPod(pod("fetching", "fetch"), PLAYER, placeByName(POSTERS)), true);
    assert.equal(isSharedPod(pod("fetching", "quiet"), PLAYER, library), false);
    const own = placeByName("/srv/state");
    assert.equal(
      isSharedPod(pod("fetching", "fetch"), PLAYER, own),
      false,
      "the common volume lies elsewhere",
    );
    assert.equal(isSharedPod(pod("other", "fetch"), PLAYER, library), false, "another namespace");
    assert.equal(alone.isSharedPod(pod("fetching", "fetch"), PLAYER, library), false);
  });
});

Deno.test("what forbids the start is not said of a pod that shares on purpose, and else with the way", async () => {
  await withShared(({ isSharedPod }, alone) => {
    const library = [placeByName("/srv/library")];
    const found = (one: SharedByFiles["isSharedPod"]) =>
      podsInUse(
        [{ pod: pod("fetching", "fetch"), places: library }],
        [{ planned: PLAYER, places: library }],
        { inPlan: () => [], isSharedPod: one },
        new Set(),
        { severity: "error", doing: "would start" },
      ).map(({ diagnostic }) => `${diagnostic.code}: ${diagnostic.hint}`);
    assert.deepEqual(found(isSharedPod), []);
    assert.match(found(alone.isSharedPod)[0] ?? "", /^run-pod-in-use: .*its project: --stack DIRECTORY$/);
  });
});
