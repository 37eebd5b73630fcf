/** The users' Job with MongoDB's own shell, against a server that speaks its protocol (see mongodb_server.ts). */
import assert from "node:assert/strict";
import { databaseUsers } from "../../lib/kube/jobs/database_users.ts";
import type { DatabaseServer } from "../../lib/decisions/jobs.ts";
import { type Login, mongodbPrograms, mongosh, startMongodb } from "./mongodb_server.ts";
import { missingPackages } from "./packages.ts";
import { type JobRun, runJob } from "./run_job.ts";
import type { Server } from "./server.ts";
import { smallConversion } from "./stack.ts";

const missing = await missingPackages({ unshare: "util-linux" });
const programs = missing === undefined
  ? await mongodbPrograms((line) => {
    Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  })
  : undefined;

const ADMIN = "admin's %pass\\word/@:";
const NASTY = [
  "it's",
  'dou"ble',
  "back\\slash\\",
  "per%cent%41",
  "$HOME$(id)`id`",
  "Ünïcödé",
  "a/b:c@d?e#f",
  "{}",
];
const NAMES = ["nodebb", "we'ird", "a/b", "per%cent", "Upper Case", 'q"q', "$(id)", "a.b-c"];

interface Options {
  readonly admin?: string;
  readonly previous?: string;
  readonly roles?: boolean;
}

async function users(server: Server, passwords: readonly string[], options: Options = {}): Promise<JobRun> {
  const { admin = ADMIN, previous, roles = false } = options;
  const conversion = smallConversion({
    mongodb: { secrets: { ADMIN: admin, ...(previous === undefined ? {} : { OLD: previous }) } },
    apps: {
      secrets: Object.fromEntries(NAMES.map((_, index) => [`PASSWORD_${index}`, passwords[index] ?? ""])),
    },
  });
  const decision: DatabaseServer = {
    engine: "mongodb",
    port: server.port,
    admin: { user: "admin", password: "mongodb.ADMIN", previous: { secret: "mongodb-env", key: "OLD" } },
    users: Object.fromEntries(NAMES.map((name, index) => [name, {
      password: `apps.PASSWORD_${index}`,
      database: databaseOf(index),
      ...(roles ? { roles: [{ role: "readWrite", database: databaseOf(index) }] } : {}),
    }])),
  };
  const { objects, findings } = databaseUsers(
    conversion,
    { databases: { mongodb: decision } },
    "mongodb",
  );
  assert.deepEqual(findings, []);
  const [job] = objects;
  assert.ok(job !== undefined && programs !== undefined);
  const mounts = { "/usr/local/sbin": programs.mongoshFolder };
  return await runJob(job.object, conversion.configuration, ["mongodb"], { mounts });
}

function databaseOf(index: number): string {
  return index % 2 === 0 ? "nodebb" : "other";
}

const ADMIN_LOGIN: Login = { user: "admin", password: ADMIN, database: "admin" };

async function inShell(server: Server, logins: readonly Login[], program: string): Promise<string> {
  assert.ok(programs !== undefined);
  return await mongosh(programs, server, logins, program);
}

/** Every user is in its database, once, and logs in by its password. */
async function assertState(server: Server, passwords: readonly string[]): Promise<void> {
  const logins = NAMES.map((user, index) => ({
    user,
    password: passwords[index] ?? "",
    database: databaseOf(index),
  }));
  const said = await inShell(
    server,
    [ADMIN_LOGIN, ...logins],
    `const admin = logIn(LOGINS[0]);
    const there = (name) => admin.getSiblingDB(name).getUsers().users.map(({ user }) => user).sort();
    const pings = LOGINS.slice(1).map((login) => {
      try { return logIn(login).runCommand({ ping: 1 }).ok; } catch (error) { return login.user + ": " + error.message; }
    });
    print(JSON.stringify({ nodebb: there("nodebb"), other: there("other"), pings }));`,
  );
  const named = (database: string): string[] =>
    NAMES.filter((_, index) => databaseOf(index) === database).sort();
  assert.deepEqual(JSON.parse(said), {
    nodebb: named("nodebb"),
    other: named("other"),
    pings: NAMES.map(() => 1),
  });
}

async function assertNowhere(server: Server, job: JobRun, passwords: readonly string[]): Promise<void> {
  const log = await Deno.readTextFile(`${server.directory}/log`);
  for (const password of [ADMIN, ...passwords].filter((one) => one.length > 2)) {
    assert.ok(!job.output.includes(password), "the output shows no password");
    assert.ok(!log.includes(password), "the server's log shows no password");
  }
}

function passwordsFrom(start: number): string[] {
  return NAMES.map((_, index) => NASTY[(index + start) % NASTY.length] ?? "");
}

Deno.test({
  name: "databaseUsers() for MongoDB: twice, changed passwords, half-made users, awkward names",
  ignore: missing !== undefined,
  fn: async (t) => {
    assert.ok(programs !== undefined);
    await using server = await startMongodb(programs, ADMIN);
    for (const start of [0, 0, 3]) {
      await t.step(`passwords ${start}`, async () => {
        const job = await users(server, passwordsFrom(start));
        assert.ok(job.success, job.output);
        assert.match(job.output, /User per%cent of other\n(.|\n)*Done/);
        await assertState(server, passwordsFrom(start));
        await assertNowhere(server, job, passwordsFrom(start));
      });
    }
    await t.step("an old password ends", async () => {
      await assert.rejects(
        () =>
          inShell(
            server,
            [{ user: "nodebb", password: NASTY[0] ?? "", database: "nodebb" }],
            "logIn(LOGINS[0])",
          ),
        /Authentication failed|AuthenticationFailed/i,
      );
    });
    await t.step("users of another password, and one that is missing, become whole", async () => {
      await inShell(
        server,
        [ADMIN_LOGIN],
        `const admin = logIn(LOGINS[0]);
        admin.getSiblingDB("nodebb").dropUser("nodebb");
        admin.getSiblingDB("other").changeUserPassword("we'ird", "half");`,
      );
      const job = await users(server, passwordsFrom(1));
      assert.ok(job.success, job.output);
      await assertState(server, passwordsFrom(1));
    });
    await t.step("an empty password is refused before anything is changed", async () => {
      const job = await users(server, passwordsFrom(2).with(2, ""));
      assert.ok(!job.success);
      assert.match(job.output, /Password of a\/b is empty/);
      await assertState(server, passwordsFrom(1));
    });
    await t.step("a wrong password of the administrator is said, and nothing is changed", async () => {
      const job = await users(server, passwordsFrom(2), { admin: "wrong one" });
      assert.ok(!job.success);
      assert.match(job.output, /The server refuses the password of admin/);
      await assertNowhere(server, job, ["wrong one"]);
    });
    await t.step("what the server cannot do is told by its code, without the password", async () => {
      const job = await users(server, passwordsFrom(1), { roles: true });
      assert.ok(!job.success);
      assert.match(
        job.output,
        /User nodebb of nodebb\nIt could not be made: (CommandNotFound|NotImplemented)/,
      );
      // The server's own log repeats what it refuses.
      for (const password of passwordsFrom(1).filter((one) => one.length > 2)) {
        assert.ok(!job.output.includes(password));
      }
    });
    await t.step("the administrator's password changes, from the one before", async () => {
      const job = await users(server, passwordsFrom(1), { admin: "the next one", previous: ADMIN });
      assert.ok(job.success, job.output);
      assert.match(job.output, /Password of admin changed/);
      assert.ok(!job.output.includes("the next one") && !job.output.includes(ADMIN));
      const again = await users(server, passwordsFrom(1), { admin: "the next one", previous: ADMIN });
      assert.ok(again.success, again.output);
      assert.doesNotMatch(again.output, /Password of admin changed/);
    });
  },
});
