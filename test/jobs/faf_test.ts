/** FAF's users and timers from FAF's own public files: complete, in agreement, without a secret, and run. */
import assert from "node:assert/strict";
import type { Conversion } from "../../lib/kube/conversion.ts";
import { checkAgreement } from "../../lib/stack/secrets/shared_secrets.ts";
import { brokerUsers } from "../../lib/kube/jobs/rabbitmq/broker_users.ts";
import { backupJobs, timerJobs } from "../../lib/kube/jobs/cron_jobs.ts";
import { databaseUsers } from "../../lib/kube/jobs/database_users.ts";
import type { JobDecisions } from "../../lib/decisions/jobs.ts";
import { identityClients, identityMigration } from "../../lib/kube/jobs/hydra/hydra_clients.ts";
import type { JobResult } from "../../lib/kube/jobs/script/sources.ts";
import { convertFaf, fafTest, hasFaf } from "../kube/faf_stack.ts";
import { fafDecisions } from "./faf_decisions.ts";
import { missingPackages } from "./packages.ts";
import { runJob } from "./run_job.ts";
import { run, type Server, startMariadb } from "./server.ts";

function everyJob(conversion: Conversion, decisions: JobDecisions, key = "key"): JobResult[] {
  const results = [
    ...["faf-db", "mongodb", "postgres-wikijs"].map((name) => databaseUsers(conversion, decisions, name)),
    brokerUsers(conversion, decisions, "faf-rabbitmq"),
    identityMigration(conversion, decisions, "faf-ory-hydra"),
    identityClients(conversion, decisions, "faf-ory-hydra"),
    backupJobs(conversion, decisions),
    timerJobs(conversion, decisions),
  ];
  return conversion.digests.resolve(results, key);
}

fafTest("FAF's decisions about users lead to values that are there and agree", async () => {
  const converted = await convertFaf();
  const { conversion } = converted;
  const decisions = await fafDecisions();
  const results = everyJob(conversion, decisions);
  assert.deepEqual(results.flatMap(({ findings }) => findings), []);
  assert.deepEqual(checkAgreement(conversion, converted, decisions), []);
  const names = results.flatMap(({ objects }) => objects).map(({ object }) =>
    `${object.kind} ${object.metadata.name}`
  );
  assert.deepEqual(names, [
    "Job faf-db-users",
    "Job mongodb-users",
    "Job postgres-wikijs-users",
    "Job faf-rabbitmq-users",
    "Job faf-ory-hydra-migrate",
    "Job faf-ory-hydra-clients",
    "PersistentVolume faf-backup-faf-db",
    "PersistentVolumeClaim backup-faf-db",
    "CronJob backup-faf-db",
    "PersistentVolume faf-backup-mongodb",
    "PersistentVolumeClaim backup-mongodb",
    "CronJob backup-mongodb",
    "PersistentVolume faf-backup-wikijs",
    "PersistentVolumeClaim backup-wikijs",
    "CronJob backup-wikijs",
    "CronJob timer-leaderboard-inactives",
  ]);
  const text = JSON.stringify(results.map(({ objects }) => objects));
  assert.ok(!text.includes("banana") && !text.includes(btoa("banana")), "no secret in any object");
});

fafTest("a changed password changes the Job that makes it true, and no other", async () => {
  const change = async (directory: string): Promise<void> => {
    for (const path of ["faf-postal/faf-postal.env", "faf-db/faf-db.env"]) {
      const file = `${directory}/config/${path}`;
      const text = await Deno.readTextFile(file);
      await Deno.writeTextFile(
        file,
        text.replace(/^(MYSQL_POSTAL|DATABASE)_PASSWORD=.*$/m, "$1_PASSWORD=mango"),
      );
    }
  };
  const decisions = await fafDecisions();
  const before = everyJob((await convertFaf()).conversion, decisions);
  const converted = await convertFaf(change);
  const { conversion } = converted;
  const after = everyJob(conversion, decisions);
  assert.deepEqual(checkAgreement(conversion, converted, decisions), []);
  const changed = before.flatMap(({ objects }, group) =>
    objects.filter(({ object }, index) =>
      JSON.stringify(object) !== JSON.stringify(after[group]?.objects[index]?.object)
    )
  );
  assert.deepEqual(changed.map(({ object }) => object.metadata.name), ["faf-db-users"]);
  const otherKey = everyJob(conversion, decisions, "another key");
  assert.notDeepEqual(otherKey, after, "the digest is keyed");
});

fafTest("two places of one secret that differ are an error that shows neither", async () => {
  const converted = await convertFaf(async (directory) => {
    const file = `${directory}/config/faf-league-service/faf-league-service.env`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace("DB_PASSWORD=banana", "DB_PASSWORD=mango"));
  });
  const findings = checkAgreement(converted.conversion, converted, await fafDecisions());
  assert.deepEqual(findings.map(({ code, severity }) => [code, severity]), [
    ["kube-secret-differs", "error"],
    ["kube-secret-differs", "error"],
  ]);
  assert.ok(!JSON.stringify(findings).includes("mango"));
});

fafTest("a name that leads nowhere is an error with the nearest", async () => {
  const { conversion } = await convertFaf();
  const decisions: JobDecisions = {
    databases: {
      "faf-db": {
        engine: "mariadb",
        admin: { user: "root", password: "faf-bd.MYSQL_ROOT_PASSWORD" },
        users: { a: { password: "faf-db.MYSQL_NOBODY", grants: [{ table: "t" }] } },
      },
    },
  };
  const { objects, findings } = databaseUsers(conversion, decisions, "faf-db");
  assert.deepEqual(objects, []);
  assert.deepEqual(findings.map(({ code }) => code).sort(), [
    "kube-job-grant",
    "kube-job-reference",
    "kube-job-reference",
  ]);
  assert.ok(findings.some(({ hint }) => hint === 'Did you mean service "faf-db"?'));
});

const missing = hasFaf
  ? await missingPackages({ mariadbd: "mariadb-server", mariadb: "mariadb-client" })
  : "no stack";

Deno.test({
  name: "FAF's users are made on a real MariaDB from FAF's own files",
  ignore: missing !== undefined,
  fn: async () => {
    await using server = await startMariadb("banana");
    const { conversion } = await convertFaf();
    const { databases } = await fafDecisions();
    const decided = databases?.["faf-db"];
    assert.ok(decided !== undefined);
    const { timers } = await fafDecisions();
    const decisions = { databases: { "faf-db": { ...decided, port: server.port } }, timers };
    const [job] = databaseUsers(conversion, decisions, "faf-db").objects;
    assert.ok(job !== undefined);
    for (let turn = 0; turn < 2; turn++) {
      const ended = await runJob(job.object, conversion.configuration, ["faf-db"]);
      assert.ok(ended.success, ended.output);
      assert.ok(!ended.output.includes("banana"));
    }
    await assertPurges(server, conversion, decisions);
    const seen = await run("mariadb", [
      "--no-defaults",
      "-h127.0.0.1",
      `-P${server.port}`,
      "-uroot",
      "-N",
      "-e",
      "SELECT User, Db FROM mysql.db ORDER BY 1, 2",
    ], { env: { MYSQL_PWD: "banana" } });
    assert.deepEqual(seen.trim().split("\n").map((line) => line.replace("\t", " ")), [
      "faf-aio-replayserver faf",
      "faf-anope faf-anope",
      "faf-java-api faf",
      "faf-java-api faf-anope",
      "faf-java-api faf-league",
      "faf-league-service faf-league",
      "faf-policy-server faf",
      "faf-postal faf-postal",
      "faf-postal faf-postal-%",
      "faf-python-server faf",
      "faf-python-server faf-anope",
      "faf-user-service faf",
      "faf-wordpress faf-wordpress",
      "hydra hydra",
    ]);
  },
});

/** Players 1 to 4: a rated game this year, an old one, an unrated one, none; 5 only in the other leaderboard. */
const GAMES = `
CREATE TABLE game_stats (id INT PRIMARY KEY, gameMod INT, validity INT, endTime DATETIME);
CREATE TABLE game_player_stats (gameId INT, playerId INT);
CREATE TABLE global_rating (id INT PRIMARY KEY, is_active INT);
CREATE TABLE ladder1v1_rating LIKE global_rating;
INSERT INTO game_stats VALUES (1, 0, 0, NOW()), (2, 0, 0, NOW() - INTERVAL 2 YEAR), (3, 0, 1, NOW()), (4, 6, 0, NOW());
INSERT INTO game_player_stats VALUES (1, 1), (2, 2), (3, 3), (4, 5), (1, 5);
INSERT INTO global_rating VALUES (1, 0), (2, 1), (3, 1), (4, 1), (5, 1);
INSERT INTO ladder1v1_rating SELECT * FROM global_rating;
`;

async function assertPurges(server: Server, conversion: Conversion, decisions: JobDecisions): Promise<void> {
  const sql = (text: string): Promise<string> =>
    run("mariadb", ["--no-defaults", "-h127.0.0.1", `-P${server.port}`, "-uroot", "-N", "faf"], {
      env: { MYSQL_PWD: "banana" },
      input: text,
    });
  await sql(GAMES);
  const [timer] = timerJobs(conversion, decisions).objects;
  assert.ok(timer !== undefined);
  const ended = await runJob(timer.object, conversion.configuration, ["faf-db"]);
  assert.ok(ended.success, ended.output);
  const active = "SELECT GROUP_CONCAT(id ORDER BY id) FROM";
  assert.equal((await sql(`${active} global_rating WHERE is_active`)).trim(), "1,5");
  assert.equal((await sql(`${active} ladder1v1_rating WHERE is_active`)).trim(), "5");
}
