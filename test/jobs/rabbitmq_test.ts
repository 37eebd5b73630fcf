/** The users' Job against a real RabbitMQ broker. */
import assert from "node:assert/strict";
import { brokerUsers } from "../../lib/kube/jobs/rabbitmq/broker_users.ts";
import type { Broker } from "../../lib/decisions/jobs.ts";
import { missingPackages } from "./packages.ts";
import { connectAmqp, type RabbitServer, request, startRabbitmq } from "./rabbitmq_server.ts";
import { type JobRun, runJob } from "./run_job.ts";
import { smallConversion } from "./stack.ts";

const missing = await missingPackages({ "/usr/lib/rabbitmq/bin/rabbitmq-server": "rabbitmq-server" });

const ADMIN = "admin:pass%word";
const NASTY = [
  "it's",
  'dou"ble',
  "back\\slash\\",
  "pass%word",
  "$HOME$(id)`id`",
  "new\nline\n",
  "Ünïcödé 🔑",
  "co:lon",
  "~p ~s ~w",
  " blanks ",
];
const NAMES = [
  "faf-java-api",
  "we'ird",
  "a/b",
  "per%cent",
  'q"q',
  "b\\s",
  "sp ace",
  "Ü~p",
  "$(id)",
  "ünder_score",
];
const VHOSTS = ["/faf-core", "/faf-postal", "per%2Fcent", "we'ird", "ü~s"];

async function users(server: RabbitServer, passwords: readonly string[], options: {
  readonly admin?: string;
  readonly previous?: string;
  readonly broker?: Partial<Broker>;
} = {}): Promise<JobRun> {
  const { admin = ADMIN, previous } = options;
  const conversion = smallConversion({
    "faf-rabbitmq": { secrets: { ADMIN: admin, ...(previous === undefined ? {} : { OLD: previous }) } },
    apps: {
      secrets: Object.fromEntries(NAMES.map((_, index) => [`PASSWORD_${index}`, passwords[index] ?? ""])),
    },
  });
  const broker: Broker = {
    engine: "rabbitmq",
    port: server.port,
    admin: {
      user: "admin",
      password: "faf-rabbitmq.ADMIN",
      previous: { secret: "faf-rabbitmq-env", key: "OLD" },
    },
    vhosts: VHOSTS,
    users: Object.fromEntries(NAMES.map((name, index) => [name, {
      password: `apps.PASSWORD_${index}`,
      permissions: { [VHOSTS[index % VHOSTS.length] ?? ""]: { configure: "^$", write: 'a\\.b"' } },
    }])),
    ...options.broker,
  };
  const brokers = { "faf-rabbitmq": broker };
  const { objects, findings } = brokerUsers(conversion, { brokers }, "faf-rabbitmq");
  assert.deepEqual(findings, []);
  const [job] = objects;
  assert.ok(job !== undefined);
  return await runJob(job.object, conversion.configuration, ["faf-rabbitmq"]);
}

async function assertState(server: RabbitServer, passwords: readonly string[]): Promise<void> {
  for (const [index, name] of NAMES.entries()) {
    const vhost = VHOSTS[index % VHOSTS.length] ?? "";
    const connection = await connectAmqp(server, name, passwords[index] ?? "", vhost);
    connection.close();
    await assert.rejects(() => connectAmqp(server, name, passwords[index] ?? "", "/"), /10\.50|closed|530/);
    const { body } = await request(
      server,
      "admin",
      ADMIN,
      "GET",
      `/api/users/${encodeURIComponent(name)}/permissions`,
    );
    assert.deepEqual(body, [{ user: name, vhost, configure: "^$", write: 'a\\.b"', read: ".*" }]);
  }
  const { body } = await request(server, "admin", ADMIN, "GET", "/api/users");
  assert.ok(Array.isArray(body) && body.length === NAMES.length + 1, "no user besides");
}

function passwordsFrom(start: number): string[] {
  return NAMES.map((_, index) => NASTY[(index + start) % NASTY.length] ?? "");
}

Deno.test({
  name: "brokerUsers() on RabbitMQ: twice, changed passwords, half-made users, awkward names",
  ignore: missing !== undefined,
  fn: async (t) => {
    await using server = await startRabbitmq(ADMIN);
    for (const start of [0, 0, 4]) {
      await t.step(`passwords ${start}`, async () => {
        const job = await users(server, passwordsFrom(start));
        assert.ok(job.success, job.output);
        for (const password of [ADMIN, ...passwordsFrom(start)]) assert.ok(!job.output.includes(password));
        await assertState(server, passwordsFrom(start));
      });
    }
    await t.step("an old password ends", async () => {
      await assert.rejects(() => connectAmqp(server, "faf-java-api", NASTY[0] ?? "", "/faf-core"));
    });
    await t.step("open connections stay open while passwords change", async () => {
      const connection = await connectAmqp(server, "faf-java-api", passwordsFrom(4)[0] ?? "", "/faf-core");
      const job = await users(server, passwordsFrom(5));
      assert.ok(job.success, job.output);
      assert.ok(await connection.isOpen());
      connection.close();
    });
    await t.step(
      "a half-made user, one without a password and a virtual host that is gone become whole",
      async () => {
        await request(server, "admin", ADMIN, "DELETE", "/api/users/a%2Fb");
        await request(server, "admin", ADMIN, "PUT", "/api/users/we'ird", {
          password_hash: "",
          tags: "monitoring",
        });
        await request(server, "admin", ADMIN, "DELETE", "/api/permissions/%2Ffaf-core/faf-java-api");
        await request(server, "admin", ADMIN, "DELETE", "/api/vhosts/%2Ffaf-postal");
        const job = await users(server, passwordsFrom(2));
        assert.ok(job.success, job.output);
        await assertState(server, passwordsFrom(2));
        const { body } = await request(server, "admin", ADMIN, "GET", "/api/users/we'ird");
        // The edge: an answer of the management API.
        assert.deepEqual((body as { tags: unknown }).tags, ["monitoring"], "what nobody decided stays");
      },
    );
    await t.step("it stops at the first error and names it", async () => {
      const broker = {
        users: { broken: { password: "apps.PASSWORD_0", permissions: { "/": { read: "(" } } } },
      };
      const job = await users(server, passwordsFrom(2), { broker });
      assert.ok(!job.success);
      assert.match(job.output, /Permissions of broken in \/\nThe broker refuses it: 400/);
      await request(server, "admin", ADMIN, "DELETE", "/api/users/broken");
    });
    await t.step("an empty password is refused before anything is changed", async () => {
      const job = await users(server, passwordsFrom(3).with(2, ""));
      assert.ok(!job.success);
      assert.match(job.output, /Password of a\/b is empty/);
      await assertState(server, passwordsFrom(2));
    });
    await t.step("a wrong password of the administrator is said at once", async () => {
      const job = await users(server, passwordsFrom(2), { admin: "wrong one" });
      assert.ok(!job.success);
      assert.match(job.output, /refuses the password of admin/);
      assert.ok(!job.output.includes("wrong one"));
    });
    await t.step("the administrator's own password follows where the one before is known", async () => {
      const job = await users(server, passwordsFrom(2), { admin: 'new "one', previous: ADMIN });
      assert.ok(job.success, job.output);
      assert.equal((await request(server, "admin", 'new "one', "GET", "/api/whoami")).status, 200);
      assert.equal((await request(server, "admin", ADMIN, "GET", "/api/whoami")).status, 401);
    });
  },
});
