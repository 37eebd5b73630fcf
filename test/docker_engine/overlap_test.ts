/**
 * A service that keeps nothing starts in the cluster before it stops in a real Docker Engine, there and back, and a run
 * is killed at every state of that. The node's pods are simulated.
 */
import assert from "node:assert/strict";
import { IMAGE } from "./engine.ts";
import { type Harbour, onEngine } from "./harbour.ts";
import { type Kill, killedAtEach } from "./killed_each.ts";
import { stateOf } from "./store.ts";

const COMPOSE = `name: harbour
services:
  site: { image: "nginx:1.27", expose: ["80"] }
`;
const CONTAINER = "harbour-site-1";

async function startSite({ engine, directory, cluster }: Harbour, crossing: string): Promise<void> {
  await Deno.writeTextFile(`${directory}/stack/compose.yaml`, COMPOSE);
  await Deno.writeTextFile(
    `${directory}/stack/decisions.yaml`,
    `namespace: ${cluster.prefix}\ndefaultMigration: applications\nservices: { site: { crossing: ${crossing} } }\n`,
  );
  await engine.docker("network", "create", "harbour_default");
  await engine.docker(
    ...["run", "--detach", "--name", CONTAINER, "--restart", "always", "--network", "harbour_default"],
    ...["--label", "com.docker.compose.project=harbour", "--label", "com.docker.compose.service=site"],
    ...[IMAGE, "sh", "-c", 'trap "exit 0" TERM; while :; do sleep 0.1; done'],
  );
}

async function isInCluster({ cluster }: Harbour): Promise<boolean> {
  const path = `/apis/apps/v1/namespaces/${cluster.prefix}/deployments/site`;
  return (await cluster.api.request("GET", path)).status === 200;
}

async function isAt(harbour: Harbour, side: "cluster" | "engine"): Promise<void> {
  assert.equal(await stateOf(harbour, CONTAINER), side === "cluster" ? "exited no" : "running always");
  assert.equal(await isInCluster(harbour), side === "cluster");
}

onEngine("what keeps nothing starts before it stops, and goes back the same way", async (harbour) => {
  const { ferry } = harbour;
  await startSite(harbour, "overlap");
  const shown = await ferry(["migrate", "--dry-run"]);
  assert.match(shown.out, /site +start, stop harbour-site-1 \(SIGTERM, 10 s\) +none\n/);
  const moved = await ferry(["migrate", "--yes"]);
  assert.equal(moved.code, 0, moved.err);
  assert.match(
    moved.err,
    /site: starting in the cluster\n[^]*site: stopping harbour-site-1\n[^]*site: moved to the cluster; it was served/,
  );
  await isAt(harbour, "cluster");
  const back = await ferry(["rollback", "--service", "site", "--yes"]);
  assert.equal(back.code, 0, back.err);
  assert.match(back.err, /site: served by harbour-site-1 again; it was served all the time/);
  await isAt(harbour, "engine");
});

const STATES = ["prepared", "opening", "closing", "closed", "verified"];

onEngine("a run that is killed while both may run is finished by the next one", async (harbour) => {
  await startSite(harbour, "overlap");
  await killedAtEach(
    harbour,
    {
      service: "site",
      migrate: ["migrate"],
      hasMoved: () => isAt(harbour, "cluster"),
      isBack: () => isAt(harbour, "engine"),
    },
    STATES.flatMap((state): readonly Kill[] => [[state, "before"], [state, "after"]]),
    [["back", "before"], ["back", "after"], ["gone", "before"]],
  );
});
