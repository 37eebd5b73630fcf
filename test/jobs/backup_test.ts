/** Dumps and timers against real servers: the dump is complete, restores, and old ones go. */
import assert from "node:assert/strict";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { backupJobs, timerJobs } from "../../lib/kube/jobs/cron_jobs.ts";
import type { JobDecisions } from "../../lib/decisions/jobs.ts";
import { missingPackages } from "./packages.ts";
import { type JobRun, runJob } from "./run_job.ts";
import { run, type Server, startMariadb, startPostgres } from "./server.ts";
import { smallConversion } from "./stack.ts";

const missing = await missingPackages({
  mariadbd: "mariadb-server",
  pg_lsclusters: "postgresql",
  busybox: "busybox",
});

const PASSWORD = "it's %a $(pass)";
const BACKUP = { schedule: "0 2 * * *", directory: "/opt/backups", keep: 2 };

function decisionsFor(engine: "mariadb" | "postgres", port: number, databases?: string[]): JobDecisions {
  const user = engine === "mariadb" ? "root" : "admin";
  return {
    databases: { db: { engine, port, admin: { user, password: "db.PASSWORD" } } },
    backups: { nightly: { ...BACKUP, service: "db", ...(databases === undefined ? {} : { databases }) } },
    timers: {
      clean: {
        service: "db",
        schedule: "0 3 * * *",
        database: "app",
        sql: "UPDATE t SET x = x + 1;\nUPDATE t SET x = x * 2;",
      },
      wrong: {
        service: "db",
        schedule: "0 3 * * *",
        database: "app",
        sql: "UPDATE t SET x = 0;\nUPDATE nothing SET x = 1;",
      },
    },
  };
}

async function perform(
  objects: readonly PlannedObject[],
  name: string,
  folder: string,
  password = PASSWORD,
): Promise<JobRun> {
  const conversion = smallConversion({ db: { secrets: { PASSWORD: password } } });
  const job = objects.find(({ object }) => object.metadata.name === name && object.kind === "CronJob");
  assert.ok(job !== undefined);
  return await runJob(job.object, conversion.configuration, ["db"], { mounts: { "/backup": folder } });
}

interface Engine {
  readonly name: "mariadb" | "postgres";
  start(): Promise<Server>;
  sql(server: Server, database: string, text: string): Promise<string>;
}

const ENGINES: readonly Engine[] = [
  {
    name: "mariadb",
    start: () => startMariadb(PASSWORD.replace(/'/g, "\\'")),
    sql: (server, database, text) =>
      run("mariadb", ["--no-defaults", "-h127.0.0.1", `-P${server.port}`, "-uroot", "-N", database], {
        env: { MYSQL_PWD: PASSWORD },
        input: text,
      }),
  },
  {
    name: "postgres",
    start: () => startPostgres(PASSWORD),
    sql: (server, database, text) =>
      run("psql", ["-X", "-q", "-A", "-t", "-h127.0.0.1", `-p${server.port}`, "-Uadmin", "-d", database], {
        env: { PGPASSWORD: PASSWORD },
        input: text,
      }),
  },
];

for (const engine of ENGINES) {
  const home = engine.name === "mariadb" ? "mysql" : "postgres";
  Deno.test({
    name:
      `backupJobs() and timerJobs() on ${engine.name}: dumps restore, old ones go, failures leave the good ones`,
    ignore: missing !== undefined,
    fn: async (t) => {
      await using server = await engine.start();
      const folder = await Deno.makeTempDir({ prefix: "backup-" });
      await engine.sql(server, home, "CREATE DATABASE app");
      await engine.sql(server, "app", "CREATE TABLE t (x INT); INSERT INTO t VALUES (1), (2), (3)");
      const conversion = smallConversion({ db: { secrets: { PASSWORD } } });
      const decisions = decisionsFor(engine.name, server.port);
      const { objects, findings } = backupJobs(conversion, decisions);
      assert.deepEqual(findings, []);
      const dumps = async (): Promise<string[]> =>
        (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

      await t.step("keeps the newest two, and what is not its own", async () => {
        await Deno.writeTextFile(`${folder}/other-20200101T000000Z.sql.gz`, "");
        await Deno.writeTextFile(`${folder}/nightly-20200101T000000Z.sql.gz`, "old");
        await Deno.writeTextFile(`${folder}/nightly-20200102T000000Z.sql.gz`, "less old");
        await Deno.writeTextFile(`${folder}/nightly-20200103T000000Z.sql.gz.part`, "half");
        const job = await perform(objects, "backup-nightly", folder);
        assert.ok(job.success, job.output);
        assert.ok(!job.output.includes(PASSWORD));
        const names = await dumps();
        assert.equal(names.length, 3, names.join(", "));
        assert.equal(names[0], "nightly-20200102T000000Z.sql.gz");
        assert.equal(names[2], "other-20200101T000000Z.sql.gz");
      });
      await t.step("one database restores", async () => {
        const one = backupJobs(conversion, decisionsFor(engine.name, server.port, ["app"])).objects;
        const empty = await Deno.makeTempDir({ prefix: "backup-" });
        const job = await perform(one, "backup-nightly", empty);
        assert.ok(job.success, job.output);
        const [{ name } = { name: "" }] = await Array.fromAsync(Deno.readDir(empty));
        await engine.sql(server, home, "DROP DATABASE app");
        await engine.sql(server, home, await run("zcat", [`${empty}/${name}`]));
        assert.equal((await engine.sql(server, "app", "SELECT sum(x) FROM t;")).trim(), "6");
        await Deno.remove(empty, { recursive: true });
      });
      await t.step("a dump that fails leaves the good ones and no half one with a good name", async () => {
        const before = await dumps();
        const broken = backupJobs(conversion, decisionsFor(engine.name, server.port, ["nothing"])).objects;
        const job = await perform(broken, "backup-nightly", folder);
        assert.ok(!job.success);
        assert.match(job.output, /The dump failed/);
        assert.deepEqual((await dumps()).filter((name) => !name.endsWith(".part")), before);
      });
      await t.step("a wrong password is said", async () => {
        const job = await perform(objects, "backup-nightly", folder, "wrong one");
        assert.ok(!job.success);
        assert.match(job.output, /refuses the password/);
      });
      await t.step("statements run at their time, and the first error ends them", async () => {
        const timers = timerJobs(conversion, decisions);
        assert.deepEqual(timers.findings, []);
        const job = await perform(timers.objects, "timer-clean", folder);
        assert.ok(job.success, job.output);
        assert.equal((await engine.sql(server, "app", "SELECT sum(x) FROM t;")).trim(), "18");
        const wrong = await perform(timers.objects, "timer-wrong", folder);
        assert.ok(!wrong.success);
        assert.match(wrong.output, /Stopped at the first error/);
      });
      await Deno.remove(folder, { recursive: true });
    },
  });
}
