/**
 * Services move from a real Docker Engine to the real API server and back. The node's pods are simulated; what real
 * servers make of it is test/crossing_live.
 */
import assert from "node:assert/strict";
import { finding, type Harbour, onEngine } from "./harbour.ts";
import { IMAGE } from "./engine.ts";
import { DEAF, hasMoved, isBack, ORDERLY, replicas, startStore, stateOf } from "./store.ts";

onEngine("a service moves only where that is asked for, and goes back as it was", async (harbour) => {
  const { ferry, engine } = harbour;
  await startStore(harbour, ORDERLY);
  const guarded = await ferry(["migrate", "--yes"]);
  assert.equal(guarded.code, 1);
  assert.match(finding(guarded, "run-data-in-use"), /store-1" still runs/);
  assert.equal(await stateOf(harbour, "harbour-store-1"), "running always");

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

  await moves(harbour);
  const all = await ferry(["rollback", "--to", "040", "--yes"]);
  assert.equal(all.code, 0, all.err);
  await isBack(harbour);
});

onEngine("a service goes back to what is there, and stays where it is while nothing is", async (harbour) => {
  const { ferry, engine, directory } = harbour;
  await startStore(harbour, ORDERLY);
  await moves(harbour);
  const refused = async (code: string): Promise<string> => {
    const back = await ferry(["rollback", "--service", "store", "--yes"]);
    assert.equal(back.code, 1, back.err);
    assert.match(await replicas(harbour), /store=1/);
    return finding(back, code);
  };
  await engine.stop();
  assert.match(await refused("run-engine-failed"), /"harbour-store-1"/);
  await engine.start();
  await engine.docker("rm", "harbour-store-1");
  assert.match(await refused("run-container-gone"), /"harbour-store-1" no longer exists/);
  const made = async (source: string): Promise<void> => {
    await engine.docker(
      ...["create", "--name", "harbour-store-1", "--restart", "always", "--network", "harbour_default"],
      ...["--label", "com.docker.compose.project=harbour", "--label", "com.docker.compose.service=store"],
      ...["--volume", `${source}:/d`, IMAGE, ...ORDERLY],
    );
  };
  await made(`${directory}/older`);
  assert.match(await refused("run-back-elsewhere"), /harbour-store-1/);
  await engine.docker("rm", "harbour-store-1");
  await made(`${directory}/stack/data/store`);
  const back = await ferry(["rollback", "--service", "store", "--yes"]);
  assert.equal(back.code, 0, back.err);
  assert.match(finding(back, "run-container-gone"), /^warning.*and "harbour-store-1" was created instead/);
  await isBack(harbour);
});

onEngine("what does not end in its time is not killed, and stays where it is", async (harbour) => {
  const { ferry, directory } = harbour;
  await startStore(harbour, DEAF, "--stop-timeout", "1");
  const refused = await ferry(["migrate", "--yes", "--cross"]);
  assert.equal(refused.code, 1);
  assert.match(finding(refused, "run-not-stopping"), /"harbour-store-1" has not ended within 1 s of SIGTERM/);
  assert.match(finding(refused, "run-went-back"), /its containers serve it again/);
  assert.match(finding(refused, "run-may-still-end"), /"harbour-store-1" was told to end/);
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
  assert.match(finding(ended, "run-went-back"), /it is down now/);
  assert.equal(await replicas(harbour), "");
  engine.endOrphans();
  await engine.start();
  const back = await ferry(["migrate", "--yes", "--cross"]);
  assert.equal(back.code, 1, back.err);
  await isBack(harbour);
});

async function until(ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!await ask()) {
    assert.ok(performance.now() < end, "not in time");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The run that takes the store to the cluster. */
async function moves({ ferry }: Harbour): Promise<void> {
  const { code, err } = await ferry(["migrate", "--yes", "--cross"]);
  assert.equal(code, 0, err);
}
