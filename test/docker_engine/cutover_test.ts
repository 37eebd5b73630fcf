/**
 * Services move from a real Docker Engine to the real API server and back, and a run is killed at every state of that.
 * The node's pods are simulated; what real servers make of it is test/crossing_live.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Moment } from "../crossing_live/killed_run.ts";
import { IMAGE } from "./engine.ts";
import { finding, type Harbour, onEngine } from "./harbour.ts";

/** Ends in order when it is told to. */
const ORDERLY = ["sh", "-c", 'trap "exit 0" TERM; while :; do sleep 0.1; done'] as const;
/** Does not. */
const DEAF = ["sleep", "1000"] as const;

/** What the engine says of a container: its state, and what brings it back. */
async function stateOf({ engine }: Harbour, container: string): Promise<string> {
  return await engine.docker(
    ...["inspect", "--format", "{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}", container],
  );
}

async function startStore(
  { engine, directory }: Harbour,
  command: readonly string[],
  ...args: readonly string[]
): Promise<void> {
  await engine.docker("network", "create", "harbour_default").catch(() => {});
  await engine.docker(
    ...[
      "run",
      "--detach",
      "--name",
      "harbour-store-1",
      "--restart",
      "always",
      "--network",
      "harbour_default",
    ],
    ...["--label", "com.docker.compose.project=harbour", "--label", "com.docker.compose.service=store"],
    ...["--volume", `${directory}/stack/data/store:/d`, ...args, IMAGE, ...command],
  );
}

async function hasMoved(harbour: Harbour): Promise<void> {
  assert.equal(await stateOf(harbour, "harbour-store-1"), "exited no");
  assert.match(await replicas(harbour), /store=1/);
}

async function isBack(harbour: Harbour): Promise<void> {
  assert.equal(await stateOf(harbour, "harbour-store-1"), "running always");
  assert.doesNotMatch(await replicas(harbour), /store/);
}

/** The replicas of every workload of the stack. */
async function replicas({ cluster }: Harbour): Promise<string> {
  const kinds = ["deployments", "statefulsets"];
  const lists = await Promise.all(
    kinds.map((kind) => cluster.api.request("GET", `/apis/apps/v1/namespaces/${cluster.prefix}/${kind}`)),
  );
  // The edge: lists of workloads.
  const bodies = lists.map(({ body }) =>
    body as {
      readonly items: readonly {
        readonly metadata: { readonly name: string };
        readonly spec: { readonly replicas: number };
      }[];
    }
  );
  return bodies.flatMap(({ items }) => items.map(({ metadata, spec }) => `${metadata.name}=${spec.replicas}`))
    .join(" ");
}

onEngine("a service moves only where that is asked for, and goes back as it was", async (harbour) => {
  const { ferry, engine } = harbour;
  await startStore(harbour, ORDERLY);
  const guarded = await ferry(["migrate", "--yes"]);
  assert.equal(guarded.code, 1);
  assert.match(finding(guarded, "run-data-in-use"), /store-1" still runs/);
  await isBackFromTheStart(harbour);

  const moved = await ferry(["migrate", "--yes", "--cross"]);
  assert.equal(moved.code, 0, moved.err);
  assert.match(
    moved.err,
    /store: stopping harbour-store-1\n[^]*store: moved to the cluster; nobody served it for/,
  );
  await hasMoved(harbour);
  await assert.rejects(
    engine.docker("start", "harbour-store-1"),
    /harbour-store-1-moved-to-kubernetes not found/,
  );
  assert.equal((await ferry(["migrate", "--yes", "--cross"])).code, 0, "again is nothing to do");
  await engine.stop();
  await engine.start();
  await hasMoved(harbour);

  const back = await ferry(["rollback", "--service", "store", "--yes"]);
  assert.equal(back.code, 0, back.err);
  assert.match(back.err, /store: served by harbour-store-1 again/);
  await isBack(harbour);
  const unknown = await ferry(["rollback", "--service", "stroe", "--yes"]);
  assert.equal(unknown.code, 2);
  assert.match(finding(unknown, "run-not-moved"), /"stroe" was not moved/);

  assert.equal((await ferry(["migrate", "--yes", "--cross"])).code, 0);
  const all = await ferry(["rollback", "--to", "040", "--yes"]);
  assert.equal(all.code, 0, all.err);
  await isBack(harbour);
});

async function isBackFromTheStart(harbour: Harbour): Promise<void> {
  assert.equal(await stateOf(harbour, "harbour-store-1"), "running always");
}

onEngine("what does not end in its time is not killed, and stays where it is", async (harbour) => {
  const { ferry, directory } = harbour;
  await startStore(harbour, DEAF, "--stop-timeout", "1");
  const refused = await ferry(["migrate", "--yes", "--cross"]);
  assert.equal(refused.code, 1);
  assert.match(finding(refused, "run-not-stopping"), /"harbour-store-1" has not ended within 1 s of SIGTERM/);
  assert.match(finding(refused, "run-went-back"), /its containers serve it again/);
  await isBack(harbour);
  const file = `${directory}/stack/decisions.yaml`;
  const decided = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    `${decided}services: { store: { crossing: exclusive, killAfterGrace: true } }\n`,
  );
  const moved = await ferry(["migrate", "--yes"]);
  assert.equal(moved.code, 0, moved.err);
  await hasMoved(harbour);
});

onEngine("an engine that goes leaves both sides closed, and the next run goes on", async (harbour) => {
  const { ferry, engine } = harbour;
  await startStore(harbour, DEAF, "--stop-timeout", "6");
  const running = ferry(["migrate", "--yes", "--cross"]);
  await until(async () => await stateOf(harbour, "harbour-store-1") === "running no");
  await engine.kill();
  const ended = await running;
  assert.equal(ended.code, 1, ended.err);
  assert.match(finding(ended, "run-went-back"), /nobody serves it now/);
  assert.equal(await replicas(harbour), "");
  engine.endOrphans();
  await engine.start();
  const back = await ferry(["migrate", "--yes", "--cross"]);
  assert.equal(back.code, 1, back.err);
  await isBack(harbour);
});

const THERE: readonly (readonly [string, Moment])[] = [
  ["prepared", "before"],
  ["prepared", "after"],
  ["closing", "before"],
  ["closing", "after"],
  ["closed", "before"],
  ["closed", "after"],
  ["opening", "before"],
  ["opening", "after"],
  ["verified", "before"],
  ["verified", "after"],
];

const BACK: readonly (readonly [string, Moment])[] = [
  ["back", "before"],
  ["back", "after"],
  ["gone", "before"],
];

onEngine(
  "a run that is killed at a state is finished by the next one, in both directions",
  async (harbour) => {
    const { ferry } = harbour;
    await startStore(harbour, ORDERLY);
    for (const [state, moment] of THERE) {
      await kill(harbour, state, moment, "migrate", "--cross");
      const next = await ferry(["migrate", "--yes", "--cross"]);
      assert.equal(next.code, 0, `${moment} ${state}: ${next.err}`);
      await hasMoved(harbour);
      const back = await ferry(["rollback", "--service", "store", "--yes"]);
      assert.equal(back.code, 0, `${moment} ${state}: ${back.err}`);
      await isBack(harbour);
    }
    for (const [state, moment] of BACK) {
      assert.equal((await ferry(["migrate", "--yes", "--cross"])).code, 0);
      await kill(harbour, state, moment, "rollback", "--service", "store");
      const next = await ferry(["rollback", "--service", "store", "--yes"]);
      assert.equal(next.code, 0, `${moment} ${state}: ${next.err}`);
      await isBack(harbour);
    }
  },
);

async function kill(
  { cluster, engine, directory }: Harbour,
  state: string,
  moment: Moment,
  ...command: readonly string[]
): Promise<void> {
  const script = join(import.meta.dirname ?? "", "../crossing_live/killed_run.ts");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", script, cluster.kubeconfigPath, "store", state, moment],
      ...[...command, "--yes", "--stack", `${directory}/stack`],
    ],
    env: { DOCKER_HOST: engine.host, HOME: directory, NO_COLOR: "1", ...cluster.env },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

async function until(ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!await ask()) {
    assert.ok(performance.now() < end, "not in time");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
