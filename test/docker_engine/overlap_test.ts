/**
 * A service that keeps nothing starts in the cluster before it stops in a real Docker Engine, there and back, and a run
 * is killed at every state of that. The node's pods are simulated.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Moment } from "../crossing_live/killed_run.ts";
import { IMAGE } from "./engine.ts";
import { type Harbour, onEngine } from "./harbour.ts";

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

/** What the engine says of the container: its state, and what brings it back. */
async function stateOf({ engine }: Harbour): Promise<string> {
  const format = "{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}";
  return (await engine.docker("inspect", "--format", format, CONTAINER)).trim();
}

async function isInCluster({ cluster }: Harbour): Promise<boolean> {
  const path = `/apis/apps/v1/namespaces/${cluster.prefix}/deployments/site`;
  return (await cluster.api.request("GET", path)).status === 200;
}

async function isAt(harbour: Harbour, side: "cluster" | "engine"): Promise<void> {
  assert.equal(await stateOf(harbour), side === "cluster" ? "exited no" : "running always");
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

const THERE: readonly (readonly [string, Moment])[] = ["prepared", "opening", "closing", "closed", "verified"]
  .flatMap((state) => [[state, "before"], [state, "after"]] as const);
const BACK: readonly (readonly [string, Moment])[] = [["back", "before"], ["back", "after"], [
  "gone",
  "before",
]];

onEngine("a run that is killed while both may run is finished by the next one", async (harbour) => {
  const { ferry } = harbour;
  await startSite(harbour, "overlap");
  for (const [state, moment] of THERE) {
    await kill(harbour, state, moment, "migrate");
    const next = await ferry(["migrate", "--yes"]);
    assert.equal(next.code, 0, `${moment} ${state}: ${next.err}`);
    await isAt(harbour, "cluster");
    const back = await ferry(["rollback", "--service", "site", "--yes"]);
    assert.equal(back.code, 0, `${moment} ${state}: ${back.err}`);
    await isAt(harbour, "engine");
  }
  for (const [state, moment] of BACK) {
    assert.equal((await ferry(["migrate", "--yes"])).code, 0);
    await kill(harbour, state, moment, "rollback", "--service", "site");
    const next = await ferry(["rollback", "--service", "site", "--yes"]);
    assert.equal(next.code, 0, `${moment} ${state}: ${next.err}`);
    await isAt(harbour, "engine");
  }
});

async function kill(
  { cluster, engine, directory }: Harbour,
  state: string,
  moment: Moment,
  ...command: readonly string[]
): Promise<void> {
  const script = join(import.meta.dirname ?? "", "../crossing_live/killed_run.ts");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", script, cluster.kubeconfigPath, "site", state, moment],
      ...[...command, "--yes", "--stack", `${directory}/stack`],
    ],
    env: { DOCKER_HOST: engine.host, HOME: directory, NO_COLOR: "1", ...cluster.env },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
