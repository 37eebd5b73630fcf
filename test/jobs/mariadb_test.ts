/** The users' Job against a real MariaDB server. */
import assert from "node:assert/strict";
import { databaseUsers } from "../../lib/kube/jobs/database_users.ts";
import type { DatabaseServer } from "../../lib/decisions/jobs.ts";
import { CHANGE_NAME, previousKey } from "../../lib/kube/jobs/script/secret_change.ts";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { missingPackages } from "./packages.ts";
import { type JobRun, runJob } from "./run_job.ts";
import { run, type Server, startMariadb } from "./server.ts";
import { base64, smallConversion } from "./stack.ts";

const missing = await missingPackages({
  mariadbd: "mariadb-server",
  mariadb: "mariadb-client",
  busybox: "busybox",
});

const ROOT = "root's %pass\\word";

/** Passwords with everything that SQL, shells, URLs and Kubernetes treat in a way of their own. */
const NASTY = [
  "plain",
  "it's",
  'dou"ble',
  "back\\slash\\",
  "per%cent_under",
  "dollar$HOME$(id)$$`id`",
  "sla/sh@host:1#?&=+",
  " blanks around ",
  "new\nline\n",
  "Ünïcödé 🔑",
  "'; DROP USER root@localhost; -- ",
  "-e SELECT 1",
];

/** Names likewise; none may touch another. */
const NAMES = [
  "faf-java-api",
  "we'ird",
  "a/b",
  "per%cent",
  "under_score",
  "underXscore",
  "ba`ck",
  "b\\s",
  'q"q',
  "$(id)",
];

async function users(server: Server, passwords: readonly string[], options: {
  readonly decision?: Partial<DatabaseServer>;
  readonly root?: string;
  readonly previous?: string;
  /** The password before, as the note of `secrets set` holds it, and no `previous` decided. */
  readonly noted?: string;
  readonly shell?: readonly string[];
} = {}): Promise<JobRun> {
  const secrets = Object.fromEntries(NAMES.map((_, index) => [`PASSWORD_${index}`, passwords[index] ?? ""]));
  const conversion = smallConversion({
    "faf-db": {
      secrets: {
        ROOT: options.root ?? ROOT,
        ...(options.previous === undefined ? {} : { OLD: options.previous }),
      },
    },
    apps: { secrets },
  });
  const decision: DatabaseServer = {
    engine: "mariadb",
    port: server.port,
    admin: {
      user: "root",
      password: "faf-db.ROOT",
      ...(options.noted === undefined ? { previous: { secret: "faf-db-env", key: "OLD" } } : {}),
    },
    databases: Object.fromEntries(
      NAMES.map((name) => [name, { charset: "utf8mb4", collation: "utf8mb4_unicode_ci" }]),
    ),
    users: Object.fromEntries(
      NAMES.map((name, index) => [name, { password: `apps.PASSWORD_${index}`, grants: [name] }]),
    ),
    ...options.decision,
  };
  const { objects, findings } = databaseUsers(
    conversion,
    { databases: { "faf-db": decision } },
    "faf-db",
  );
  assert.deepEqual(findings, []);
  const [job] = objects;
  assert.ok(job !== undefined);
  const note: PlannedObject[] = options.noted === undefined ? [] : [{
    object: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: CHANGE_NAME, namespace: "faf" },
      data: { [previousKey("faf-db")]: base64(options.noted) },
    },
  }];
  return await runJob(job.object, [...conversion.configuration, ...note], ["faf-db"], options);
}

/** What a client sees that logs in as the user; rejects where it may not. */
function asUser(server: Server, user: string, password: string, sql: string): Promise<string> {
  return run("mariadb", [
    "--no-defaults",
    "--host=127.0.0.1",
    `--port=${server.port}`,
    `--user=${user}`,
    "--batch",
    "--skip-column-names",
    "--default-character-set=utf8mb4",
    "-e",
    sql,
  ], { env: { MYSQL_PWD: password } });
}

function asRoot(server: Server, sql: string): Promise<string> {
  return asUser(server, "root", ROOT, sql);
}

function passwordsFrom(start: number): string[] {
  return NAMES.map((_, index) => NASTY[(index + start) % NASTY.length] ?? "");
}

async function assertState(server: Server, passwords: readonly string[]): Promise<void> {
  for (const [index, name] of NAMES.entries()) {
    const seen = await asUser(server, name, passwords[index] ?? "", "SHOW DATABASES");
    const databases = seen.split("\n").filter((line) => line !== "" && line !== "information_schema");
    // The batch format of the client escapes a backslash.
    assert.deepEqual(databases, [name.replace(/\\/g, "\\\\")], `databases that ${name} sees`);
    const quoted = name.replace(/`/g, "``");
    await asUser(server, name, passwords[index] ?? "", `CREATE TABLE IF NOT EXISTS \`${quoted}\`.t (x INT)`);
  }
}

/** All that the server would tell a replica. */
async function binaryLog({ directory }: Server): Promise<string> {
  const files = (await Array.fromAsync(Deno.readDir(directory))).filter(({ name }) =>
    /^binlog\.\d/.test(name)
  );
  const texts = await Promise.all(files.map(({ name }) => Deno.readTextFile(`${directory}/${name}`)));
  return texts.join("\n");
}

async function assertNowhere(server: Server, job: JobRun, passwords: readonly string[]): Promise<void> {
  const log = await Deno.readTextFile(`${server.directory}/general.log`);
  for (const password of [ROOT, ...passwords].filter((text) => text !== "plain")) {
    assert.ok(!job.output.includes(password), "the output shows no password");
    assert.ok(!log.includes(password), "the server's log shows no password");
    assert.ok(!log.includes(btoa(unescape(encodeURIComponent(password)))), "nor in base64");
  }
  const binary = await binaryLog(server);
  assert.match(binary, /CREATE USER/);
  // Root's is written in clear by the test itself, when the server starts.
  for (const password of passwords.filter((text) => text !== "plain")) {
    const literal = password.replace(/\\/g, "\\\\").replace(/'/g, "\\'");
    for (const form of [password, literal]) assert.ok(!binary.includes(form), "nor the binary log");
  }
}

Deno.test({
  name: "databaseUsers() on MariaDB: twice, changed passwords, half-made users, awkward names",
  ignore: missing !== undefined,
  fn: async (t) => {
    await using server = await startMariadb(ROOT.replace(/\\/g, "\\\\").replace(/'/g, "\\'"));
    const first = passwordsFrom(0);
    await t.step("the first run makes all of it", async () => {
      const job = await users(server, first);
      assert.ok(job.success, job.output);
      await assertState(server, first);
      await assertNowhere(server, job, first);
    });
    await t.step("a second run changes nothing", async () => {
      const before = await asRoot(
        server,
        "SELECT User, Host, authentication_string FROM mysql.user ORDER BY 1, 2",
      );
      const job = await users(server, first);
      assert.ok(job.success, job.output);
      assert.equal(
        await asRoot(server, "SELECT User, Host, authentication_string FROM mysql.user ORDER BY 1, 2"),
        before,
      );
      await assertState(server, first);
    });
    for (const start of [1, 5]) {
      await t.step(`changed passwords are followed, and the old ones end (${start})`, async () => {
        const next = passwordsFrom(start);
        const job = await users(server, next, start === 5 ? { shell: ["busybox", "sh"] } : {});
        assert.ok(job.success, job.output);
        await assertState(server, next);
        await assertNowhere(server, job, next);
        await assert.rejects(() => asUser(server, "faf-java-api", first[0] ?? "", "SELECT 1"), /1045/);
      });
    }
    await t.step(
      "a half-made user, one without a password and one of another kind become whole",
      async () => {
        await asRoot(
          server,
          `DROP USER 'faf-java-api'@'%', 'a/b'@'%', 'we\\'ird'@'%'; DROP DATABASE \`a/b\`;
        CREATE USER 'faf-java-api'@'%'; CREATE USER 'a/b'@'%' IDENTIFIED VIA unix_socket`,
        );
        const job = await users(server, first);
        assert.ok(job.success, job.output);
        await assertState(server, first);
      },
    );
    await t.step("patterns, tables, privileges and limits are granted as decided", async () => {
      const decision: Partial<DatabaseServer> = {
        databases: { "faf-postal": {} },
        users: {
          "faf-postal": { password: "apps.PASSWORD_0", grants: ["faf-postal", { pattern: "faf-postal-%" }] },
          reader: {
            password: "apps.PASSWORD_1",
            maxUserConnections: 3,
            grants: [
              { everything: true, privileges: ["PROCESS", "replication client", "SELECT"] },
              { database: "under_score", table: "t", privileges: ["INSERT"] },
            ],
          },
          local: { name: "reader", host: "10.42.%", password: "apps.PASSWORD_2" },
        },
      };
      const job = await users(server, first, { decision });
      assert.ok(job.success, job.output);
      await asUser(server, "faf-postal", first[0] ?? "", "CREATE DATABASE `faf-postal-server-1`");
      await assert.rejects(
        () => asUser(server, "faf-postal", first[0] ?? "", "CREATE DATABASE other"),
        /1044/,
      );
      const grants = await asRoot(server, "SHOW GRANTS FOR reader");
      assert.match(grants, /GRANT SELECT, PROCESS, BINLOG MONITOR ON \*\.\* .*MAX_USER_CONNECTIONS 3/);
      assert.match(grants, /GRANT INSERT ON `under_score`\.`t`/);
      assert.match(await asRoot(server, "SELECT Host FROM mysql.user WHERE User = 'reader'"), /10\.42\.%/);
    });
    await t.step(
      "it stops at the first error, names it, shows no password, and is made good by a next run",
      async () => {
        await asRoot(server, "SET GLOBAL read_only = 0; INSTALL SONAME 'simple_password_check'");
        const weak = await users(server, first);
        assert.ok(!weak.success, "the server's rule for passwords refuses them");
        assert.match(
          weak.output,
          /User faf-java-api from %\n[^]*ERROR 1(819|396)[^]*Stopped at the first error/,
        );
        await assertNowhere(server, weak, first);
        await asRoot(server, "UNINSTALL SONAME 'simple_password_check'");
        assert.ok((await users(server, first)).success);
        await assertState(server, first);
      },
    );
    await t.step("a wrong password of the administrator is said at once", async () => {
      const job = await users(server, first, { root: "wrong one" });
      assert.ok(!job.success);
      assert.match(job.output, /refuses the password of root/);
      assert.ok(!job.output.includes("wrong one"));
    });
    await t.step("an empty password is refused before anything is changed", async () => {
      const job = await users(server, first.with(3, ""));
      assert.ok(!job.success);
      assert.match(job.output, /Password of per%cent is empty/);
      await assertState(server, first);
    });
    await t.step("the administrator's own password follows where the one before is known", async () => {
      const job = await users(server, first, { root: "new 'root' pass", previous: ROOT });
      assert.ok(job.success, job.output);
      await asUser(server, "root", "new 'root' pass", "SELECT 1");
      await assert.rejects(() => asRoot(server, "SELECT 1"), /1045/);
      const again = await users(server, first, { root: "new 'root' pass", previous: ROOT });
      assert.ok(again.success, again.output);
    });
    await t.step(
      "with nothing decided, the note of secrets set is where the one before is known",
      async () => {
        const changed = await users(server, first, { root: "third pass", noted: "new 'root' pass" });
        assert.ok(changed.success, changed.output);
        assert.match(changed.output, /Password of root changed/);
        assert.ok(!changed.output.includes("third pass"));
        await asUser(server, "root", "third pass", "SELECT 1");
        await assert.rejects(() => asUser(server, "root", "new 'root' pass", "SELECT 1"), /1045/);
        const resumed = await users(server, first, { root: "third pass", noted: "new 'root' pass" });
        assert.ok(resumed.success, resumed.output);
        assert.doesNotMatch(resumed.output, /Password of root changed/);
        const wrong = await users(server, first, { root: "fourth pass", noted: "of another secret" });
        assert.ok(!wrong.success);
        assert.match(wrong.output, /refuses the password of root/);
      },
    );
  },
});

Deno.test({
  name: "databaseUsers() on MariaDB waits for the server, and not for ever",
  ignore: missing !== undefined,
  fn: async () => {
    const conversion = smallConversion({ "faf-db": { secrets: { ROOT } } });
    const { objects } = databaseUsers(
      conversion,
      {
        databases: {
          "faf-db": {
            engine: "mariadb",
            port: 1,
            admin: { user: "root", password: "faf-db.ROOT" },
            users: {},
          },
        },
      },
      "faf-db",
    );
    const job = structuredClone(objects[0]?.object);
    assert.ok(job !== undefined);
    const text = JSON.stringify(job).replace(
      '"name":"WAIT_SECONDS","value":"300"',
      '"name":"WAIT_SECONDS","value":"2"',
    );
    const ended = await runJob(JSON.parse(text), conversion.configuration, ["faf-db"]);
    assert.ok(!ended.success);
    assert.match(ended.output, /did not answer within 2 seconds/);
  },
});
