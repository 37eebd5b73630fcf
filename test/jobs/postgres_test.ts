/** The users' Job against a real PostgreSQL server. */
import assert from "node:assert/strict";
import { databaseUsers } from "../../lib/kube/jobs/database_users.ts";
import type { DatabaseServer } from "../../lib/decisions/jobs.ts";
import { missingPackages } from "./packages.ts";
import { type JobRun, runJob } from "./run_job.ts";
import { run, type Server, startPostgres } from "./server.ts";
import { smallConversion } from "./stack.ts";

const missing = await missingPackages({
  pg_lsclusters: "postgresql",
  psql: "postgresql-client",
  busybox: "busybox",
});

const ADMIN = "admin's %pass\\word";
const NASTY = [
  "it's",
  'dou"ble',
  "back\\slash\\",
  "per%cent %L %I",
  "$HOME$(id)`id`",
  ":'password_0' :x",
  "new\nline\n",
  "Ünïcödé 🔑",
  "'; DROP ROLE admin; --",
  " blanks ",
];
const NAMES = [
  "wikijs",
  "we'ird",
  "a/b",
  "per%cent%I",
  "Upper Case",
  'q"q',
  "b\\s",
  ":'password_0'",
  "$(id)",
  "a=b",
];

async function users(server: Server, passwords: readonly string[], options: {
  readonly admin?: string;
  readonly previous?: string;
  readonly shell?: readonly string[];
} = {}): Promise<JobRun> {
  const { admin = ADMIN, previous } = options;
  const conversion = smallConversion({
    "postgres-wikijs": { secrets: { ADMIN: admin, ...(previous === undefined ? {} : { OLD: previous }) } },
    apps: {
      secrets: Object.fromEntries(NAMES.map((_, index) => [`PASSWORD_${index}`, passwords[index] ?? ""])),
    },
  });
  const decision: DatabaseServer = {
    engine: "postgres",
    port: server.port,
    admin: {
      user: "admin",
      password: "postgres-wikijs.ADMIN",
      previous: { secret: "postgres-wikijs-env", key: "OLD" },
    },
    databases: Object.fromEntries(NAMES.map((name) => [name, { owner: name }])),
    users: Object.fromEntries(NAMES.map((name, index) => [name, {
      password: `apps.PASSWORD_${index}`,
      grants: [{ database: "postgres", privileges: ["CONNECT", "TEMPORARY"] }],
    }])),
  };
  const databases = { "postgres-wikijs": decision };
  const { objects, findings } = databaseUsers(conversion, { databases }, "postgres-wikijs");
  assert.deepEqual(findings, []);
  const [job] = objects;
  assert.ok(job !== undefined);
  return await runJob(job.object, conversion.configuration, ["postgres-wikijs"], options);
}

function asUser(
  server: Server,
  user: string,
  password: string,
  database: string,
  sql: string,
): Promise<string> {
  return run("psql", ["-X", "-A", "-t", "-c", sql], {
    env: {
      PGHOST: "127.0.0.1",
      PGPORT: String(server.port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: "postgres",
      ...(database === "postgres" ? {} : { PGDATABASE: database }),
    },
  });
}

async function assertState(server: Server, passwords: readonly string[]): Promise<void> {
  for (const [index, name] of NAMES.entries()) {
    const password = passwords[index] ?? "";
    // A name with an equals sign is a whole connection string for psql, whichever way it is told.
    const database = name.includes("=") ? "postgres" : name;
    assert.equal((await asUser(server, name, password, database, "SELECT current_user")).trim(), name);
    if (database === name) await asUser(server, name, password, name, "CREATE TABLE IF NOT EXISTS t (x int)");
  }
  const owners =
    "SELECT count(*) FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE datname = rolname";
  assert.equal((await asUser(server, "admin", ADMIN, "postgres", owners)).trim(), String(NAMES.length));
}

async function assertNowhere(server: Server, job: JobRun, passwords: readonly string[]): Promise<void> {
  const log = await Deno.readTextFile(`${server.directory}/log`);
  for (const password of [ADMIN, ...passwords]) {
    assert.ok(!job.output.includes(password), "the output shows no password");
    assert.ok(!log.includes(password), "the server's log shows no password");
    assert.ok(!log.includes(password.replace(/'/g, "''")), "nor quoted");
  }
}

function passwordsFrom(start: number): string[] {
  return NAMES.map((_, index) => NASTY[(index + start) % NASTY.length] ?? "");
}

Deno.test({
  name: "databaseUsers() on PostgreSQL: twice, changed passwords, half-made roles, awkward names",
  ignore: missing !== undefined,
  fn: async (t) => {
    await using server = await startPostgres(ADMIN);
    for (const start of [0, 0, 3, 7]) {
      await t.step(`passwords ${start}`, async () => {
        const job = await users(
          server,
          passwordsFrom(start),
          start === 3 ? { shell: ["busybox", "sh"] } : {},
        );
        assert.ok(job.success, job.output);
        await assertState(server, passwordsFrom(start));
        await assertNowhere(server, job, passwordsFrom(start));
      });
    }
    await t.step("an old password ends", async () => {
      await assert.rejects(
        () => asUser(server, "wikijs", NASTY[0] ?? "", "postgres", "SELECT 1"),
        /authentication failed/,
      );
    });
    await t.step(
      "a role without login or password, and a database of another owner, become whole",
      async () => {
        await asUser(server, "admin", ADMIN, "postgres", `ALTER ROLE wikijs NOLOGIN PASSWORD NULL`);
        await asUser(server, "admin", ADMIN, "postgres", `ALTER DATABASE wikijs OWNER TO admin`);
        const job = await users(server, passwordsFrom(1));
        assert.ok(job.success, job.output);
        await assertState(server, passwordsFrom(1));
      },
    );
    await t.step("an empty password is refused before anything is changed", async () => {
      const job = await users(server, passwordsFrom(1).with(2, ""));
      assert.ok(!job.success);
      assert.match(job.output, /Password of a\/b is empty/);
      await assertNowhere(server, job, passwordsFrom(1));
      await assertState(server, passwordsFrom(1));
    });
    await t.step("a wrong password of the administrator is said at once", async () => {
      const job = await users(server, passwordsFrom(1), { admin: "wrong one" });
      assert.ok(!job.success);
      assert.match(job.output, /refuses the password of admin/);
    });
    await t.step("the administrator's own password follows where the one before is known", async () => {
      const job = await users(server, passwordsFrom(1), { admin: "new 'one", previous: ADMIN });
      assert.ok(job.success, job.output);
      await asUser(server, "admin", "new 'one", "postgres", "SELECT 1");
      await assert.rejects(() => asUser(server, "admin", ADMIN, "postgres", "SELECT 1"));
    });
  },
});
