/**
 * The guard as an operator meets it: a real Docker Engine, the real API server, the command line. The node says that it
 * is this machine, as a kubelet here would; its pods are simulated.
 */
import assert from "node:assert/strict";
import { auditPosition, writesSince } from "../crossing/seen.ts";
import { IMAGE } from "./engine.ts";
import { finding, onEngine } from "./harbour.ts";

onEngine(
  "nothing starts beside a container that writes there; what is started is told by status",
  async (harbour) => {
    const { cluster, directory, ferry, container, engine } = harbour;
    await container(
      "store-1",
      "store",
      "--volume",
      `${directory}/stack/data/store:/d`,
      "--restart",
      "always",
    );
    const start = await auditPosition(cluster);
    for (const command of [["migrate", "--yes"], ["migrate", "--dry-run"], ["migrate", "--yes", "--adopt"]]) {
      const ended = await ferry(command);
      assert.equal(ended.code, 1, ended.err);
      assert.match(
        finding(ended, "run-data-in-use"),
        /^error.*"store-1" still runs and writes to ".*\/data\/store"/,
      );
      assert.match(ended.err, /docker update --restart=no store-1 && docker compose -p harbour stop store/);
    }
    assert.deepEqual(await writesSince(cluster, cluster.prefix, start), [], "nothing was written");
    const checked = await ferry(["check"]);
    assert.equal(checked.code, 3);
    assert.match(finding(checked, "run-data-in-use"), /^error/);
    const before = await ferry(["migrate", "--to", "030", "--yes"]);
    assert.equal(before.code, 0, `volumes and secrets may be made before the stop: ${before.err}`);

    await engine.docker("stop", "--time", "0", "store-1");
    const moved = await ferry(["migrate", "--yes"]);
    assert.equal(moved.code, 0, moved.err);
    assert.match(finding(moved, "run-comes-back"), /^warning.*"store-1" is stopped, but comes back/);
    assert.match(moved.err, /docker update --restart=no store-1/);
    const calm = await ferry(["status"]);
    assert.match(finding(calm, "run-comes-back"), /^warning/);
    assert.equal(calm.code, 0, calm.err);
    await engine.docker("update", "--restart=no", "store-1");
    assert.equal(finding(await ferry(["status"]), "run-comes-back"), "");

    await engine.docker("start", "store-1");
    const two = await ferry(["status"]);
    assert.match(finding(two, "run-data-in-use"), /^error.*"store-1" still runs.* is started already/);
    assert.equal(two.code, 1, "two writers are no good state");
    const told = await ferry(["status", "-o", "json"]);
    assert.equal(told.code, 1);
    const { diagnostics } = JSON.parse(told.out) as {
      readonly diagnostics: readonly { readonly code: string }[];
    };
    assert.ok(diagnostics.some(({ code }) => code === "run-data-in-use"), told.out);
    const redone = await ferry(["redo", "080", "--yes"]);
    assert.equal(redone.code, 1, redone.err);
    const again = await ferry(["migrate", "--yes"]);
    assert.equal(again.code, 0, `what is applied starts nothing any more: ${again.err}`);
    assert.equal((await ferry(["rollback", "--to", "030", "--yes"])).code, 0);
    const forced = await ferry(["migrate", "--yes", "--allow-running"]);
    assert.equal(forced.code, 0, forced.err);
    assert.match(finding(forced, "run-data-in-use"), /^warning/);
  },
);

onEngine(
  "no path hides a container: links, parents, children, volumes, states",
  async ({ directory, ferry, engine, container }) => {
    const stack = `${directory}/stack`;
    await Deno.symlink(stack, `${directory}/link`);
    await Deno.mkdir(`${stack}/data/store/below`);
    const refused = async (...mount: readonly string[]): Promise<string> => {
      await container("other", "other", ...mount.flatMap((volume) => ["--volume", volume]));
      const ended = await ferry(["migrate", "--dry-run"]);
      await engine.docker("rm", "--force", "other");
      return finding(ended, "run-data-in-use");
    };
    assert.match(await refused(`${directory}/link/data/store:/d`), /error.*"other" still runs/);
    assert.match(await refused(`${directory}:/d`), /error.*"other" still runs/, "a parent of the directory");
    assert.match(await refused(`${stack}/data/store/below:/d`), /error.*"other" still runs/, "a child of it");
    assert.match(await refused("harbour_named:/d"), /error.*"other".*volumes\/harbour_named\/_data/);
    assert.equal(await refused(`${stack}/data/store:/d:ro`), "", "who only reads is in nobody's way");
    assert.equal(await refused(`${stack}/data/store-old:/d`), "");

    // The stack itself is named by a link, and the container by where it really is.
    await container("real", "store", "--volume", `${stack}/data/store:/d`);
    const linked = await ferry(["migrate", "--dry-run", "--stack", `${directory}/link`]);
    assert.match(finding(linked, "run-data-in-use"), /error.*"real" still runs/);
    await engine.docker("pause", "real");
    assert.match(finding(await ferry(["migrate", "--yes"]), "run-data-in-use"), /error.*"real" is paused/);
    await engine.docker("unpause", "real");
    await engine.docker("rm", "--force", "real");

    await engine.docker(
      "create",
      "--network",
      "none",
      "--volume",
      `${stack}/data/store:/d`,
      "--name",
      "made",
      IMAGE,
      "sleep",
      "1",
    );
    const free = await ferry(["migrate", "--dry-run"]);
    assert.equal(free.code, 0, `what never ran is no alarm: ${free.err}`);
  },
);

onEngine(
  "directories that services share in compose stay shared; the service itself does not",
  async ({ directory, ferry, container, engine }) => {
    await container("writer-1", "writer", "--volume", `${directory}/stack/shared:/s`);
    const writer = finding(await ferry(["migrate", "--dry-run"]), "run-data-in-use");
    assert.match(writer, /"writer-1" still runs and writes to ".*\/shared", where Deployment \S+\/writer/);
    await Deno.writeTextFile(
      `${directory}/stack/decisions.yaml`,
      `${await Deno.readTextFile(
        `${directory}/stack/decisions.yaml`,
      )}services: { writer: { skip: "moves later" } }\n`,
    );
    const without = await ferry(["migrate", "--dry-run"]);
    assert.equal(without.code, 0, `reader moves while writer has not: ${without.err}`);
    await container("reader-1", "reader", "--volume", `${directory}/stack/shared:/s`);
    assert.match(finding(await ferry(["migrate", "--dry-run"]), "run-data-in-use"), /"reader-1" still runs/);
    await engine.docker("rm", "--force", "reader-1");
  },
);

onEngine(
  "an engine that cannot be asked is an error, or decided",
  async ({ directory, ferry, engine, container, cluster }) => {
    await container("store-1", "store", "--volume", `${directory}/stack/data/store:/d`);
    await engine.kill();
    const start = await auditPosition(cluster);
    const gone = await ferry(["migrate", "--yes"]);
    assert.equal(gone.code, 1, gone.err);
    assert.match(finding(gone, "run-engine-silent"), /error.*docker\.sock" \(DOCKER_HOST\).*nobody listens/);
    const remote = await ferry(["migrate", "--yes"], { DOCKER_HOST: "tcp://127.0.0.1:1" });
    assert.match(finding(remote, "run-engine-silent"), /error.*"tcp:\/\/127.0.0.1:1" \(DOCKER_HOST\)/);
    assert.match(remote.err, /engine: none/);
    // Its containers go on without it: the kernel knows them when nobody else does.
    await Deno.writeTextFile(
      `${directory}/stack/decisions.yaml`,
      `${await Deno.readTextFile(`${directory}/stack/decisions.yaml`)}engine: none\n`,
    );
    const decided = await ferry(["migrate", "--yes"]);
    assert.equal(finding(decided, "run-engine-silent"), "");
    assert.match(
      finding(decided, "run-process-in-use"),
      /error.*\("sleep"\) of container \w{12} .*has ".*\/data\/store" mounted/,
    );
    assert.equal(decided.code, 1);
    assert.deepEqual(await writesSince(cluster, cluster.prefix, start), [], "nothing was written");
    await engine.start();
    await engine.docker("rm", "--force", "store-1");
    const orphan = await ferry(["migrate", "--dry-run"]);
    assert.match(
      finding(orphan, "run-process-in-use"),
      /error.*"sleep"/,
      "the engine forgot it, and it runs",
    );
    engine.endOrphans();
    const free = await ferry(["migrate", "--dry-run"]);
    assert.equal(free.code, 0, free.err);
  },
);
