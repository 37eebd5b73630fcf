/** The clients' Job against a real Ory Hydra on a real MariaDB. */
import assert from "node:assert/strict";
import type { Client } from "../../lib/decisions/jobs.ts";
import { identityClients, identityMigration } from "../../lib/kube/jobs/hydra/hydra_clients.ts";
import { hydraProgram } from "./hydra_program.ts";
import { missingPackages } from "./packages.ts";
import { type JobRun, runJob } from "./run_job.ts";
import { background, ended, freePort, run, type Server, startMariadb, until } from "./server.ts";
import { smallConversion } from "./stack.ts";

const program = await hydraProgram();
const hydra = "path" in program ? program.path : undefined;
const missing = "missing" in program
  ? program.missing
  : await missingPackages({ mariadbd: "mariadb-server", busybox: "busybox" });
if ("missing" in program) {
  Deno.stderr.writeSync(new TextEncoder().encode(`Tests are skipped: ${program.missing}\n`));
}

const SECRETS = ['dou"ble\\n back\\', "per%cent$(id)`'", "Ünïcödé 🔑 /", "banana"];
const CLIENTS: Readonly<Record<string, Client>> = {
  "faf-website": {
    name: 'web "site" \\ %',
    secret: "apps.SECRET_0",
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    scope: ["openid", "offline", "public_profile"],
    redirectUris: ["https://www.example.org/callback?a=1&b=2"],
    tokenEndpointAuthMethod: "client_secret_post",
  },
  "faf-lobby-server": {
    secret: "apps.SECRET_1",
    grantTypes: ["client_credentials"],
    scope: ["write_events"],
  },
  "faf-java-client": { redirectUris: ["http://localhost"], tokenEndpointAuthMethod: "none" },
};

async function startHydra(program: string): Promise<Server> {
  const database = await startMariadb("root");
  const directory = await Deno.makeTempDir({ prefix: "hydra-" });
  const [port, publicPort] = [freePort(), freePort()];
  await run("mariadb", [
    "--no-defaults",
    "-h127.0.0.1",
    `-P${database.port}`,
    "-uroot",
    "-e",
    "CREATE DATABASE hydra",
  ], {
    env: { MYSQL_PWD: "root" },
  });
  await Deno.writeTextFile(
    `${directory}/hydra.yaml`,
    `dsn: mysql://root:root@tcp(127.0.0.1:${database.port})/hydra
secrets: { system: [bananapineapplepizza] }
urls: { self: { issuer: "http://127.0.0.1:${publicPort}/" } }
serve: { admin: { host: 127.0.0.1, port: ${port} }, public: { host: 127.0.0.1, port: ${publicPort} } }
`,
  );
  await assertMigrates(program, directory);
  const log = `${directory}/log`;
  const stop = background(program, [
    "serve",
    "all",
    "-c",
    `${directory}/hydra.yaml`,
    "--dangerous-force-http",
  ], log);
  await until(async () => assert.equal((await api(port, "GET", "/health/ready")).status, 200), log);
  const all = async (): Promise<void> => {
    await stop();
    await database[Symbol.asyncDispose]();
  };
  return { port, directory, [Symbol.asyncDispose]: () => ended(all, directory) };
}

/** The Job's container as it is planned for the server, run twice. */
async function assertMigrates(program: string, directory: string): Promise<void> {
  const conversion = smallConversion({ "faf-ory-hydra": { image: "oryd/hydra:v1.11.10" } });
  const migrate = ["migrate", "sql", "-e", "-c", `${directory}/hydra.yaml`, "--yes"];
  const decisions = { identity: { "faf-ory-hydra": { engine: "hydra" as const, migrate } } };
  const { objects } = identityMigration(conversion, decisions, "faf-ory-hydra");
  // The edge: a Job that this project planned.
  const spec = objects[0]?.object["spec"] as {
    template: { spec: { restartPolicy: string; containers: { image: string; args: string[] }[] } };
  };
  const container = spec.template.spec.containers[0];
  assert.equal(spec.template.spec.restartPolicy, "Never");
  assert.equal(container?.image, "oryd/hydra:v1.11.10");
  for (let turn = 0; turn < 2; turn++) await run(program, container?.args ?? []);
}

async function api(
  port: number,
  method: string,
  path: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
}

async function clients(server: Server, secrets: readonly string[], options: {
  readonly shell?: readonly string[];
  readonly change?: Readonly<Record<string, Client>>;
  readonly withoutCurl?: boolean;
} = {}): Promise<JobRun> {
  const conversion = smallConversion({
    "faf-ory-hydra": { image: "oryd/hydra:v1.11.10" },
    apps: { secrets: Object.fromEntries(secrets.map((secret, index) => [`SECRET_${index}`, secret])) },
  });
  const decisions = {
    identity: {
      "faf-ory-hydra": {
        engine: "hydra" as const,
        port: server.port,
        clients: { ...CLIENTS, ...options.change },
      },
    },
  };
  const { objects, findings } = identityClients(conversion, decisions, "faf-ory-hydra");
  assert.deepEqual(findings, []);
  const [job] = objects;
  assert.ok(job !== undefined);
  return await runJob(job.object, conversion.configuration, ["faf-ory-hydra"], options);
}

async function assertSecret(server: Server, id: string, secret: string, right: boolean): Promise<void> {
  const config = await Deno.readTextFile(`${server.directory}/hydra.yaml`);
  const issuer = /issuer: "([^"]+)"/.exec(config)?.[1] ?? "";
  const response = await fetch(`${issuer}oauth2/token`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
      "x-forwarded-proto": "https",
    },
    body: "grant_type=client_credentials",
  });
  const answer = await response.text();
  assert.equal(response.status, right ? 200 : 401, answer);
}

Deno.test({
  name: "identityClients() on Hydra: creates, patches, follows changed secrets",
  ignore: missing !== undefined,
  fn: async (t) => {
    if (hydra === undefined) return;
    await using server = await startHydra(hydra);
    for (const [turn, withoutCurl] of [false, true, true, false].entries()) {
      const secrets = [SECRETS[turn % 4] ?? "", SECRETS[(turn + 1) % 4] ?? ""];
      await t.step(`run ${turn}, ${withoutCurl ? "with busybox and nc" : "with curl"}`, async () => {
        const job = await clients(server, secrets, { withoutCurl });
        assert.ok(job.success, job.output);
        for (const secret of secrets) assert.ok(!job.output.includes(secret));
        const { body } = await api(server.port, "GET", "/clients/faf-website");
        assert.equal(body["client_name"], 'web "site" \\ %');
        assert.deepEqual(body["redirect_uris"], ["https://www.example.org/callback?a=1&b=2"]);
        assert.equal(body["scope"], "openid offline public_profile");
        await assertSecret(server, "faf-lobby-server", secrets[1] ?? "", true);
        await assertSecret(server, "faf-lobby-server", SECRETS[(turn + 2) % 4] ?? "", false);
      });
    }
    await t.step("what was not decided stays, and a secret that stays the same keeps working", async () => {
      await fetch(`http://127.0.0.1:${server.port}/clients/faf-website`, {
        method: "PATCH",
        body: JSON.stringify([{ op: "add", path: "/policy_uri", value: "https://example.org/policy" }]),
      }).then((response) => response.body?.cancel());
      const job = await clients(server, ["banana", "banana"], {
        change: {
          "faf-java-client": { tokenEndpointAuthMethod: "none", redirectUris: ["http://localhost:1"] },
        },
      });
      assert.ok(job.success, job.output);
      const { body } = await api(server.port, "GET", "/clients/faf-website");
      assert.equal(body["policy_uri"], "https://example.org/policy");
      const changed = await api(server.port, "GET", "/clients/faf-java-client");
      assert.deepEqual(changed.body["redirect_uris"], ["http://localhost:1"]);
    });
    await t.step("it stops at the first error, names the client and shows no secret", async () => {
      const job = await clients(server, ["short", "banana"]);
      assert.ok(!job.success);
      assert.match(job.output, /Hydra answers 400 for client faf-website/);
      assert.ok(!job.output.includes('"short"'));
    });
  },
});

Deno.test("identityClients() asks for a secret where Hydra would think of one", () => {
  const conversion = smallConversion({ hydra: {} });
  const decisions = { identity: { hydra: { engine: "hydra" as const, clients: { web: {} } } } };
  const { objects, findings } = identityClients(conversion, decisions, "hydra");
  assert.deepEqual(objects, []);
  assert.deepEqual(findings.map(({ code }) => code), ["kube-job-client-secret"]);
});
