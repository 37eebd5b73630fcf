import assert from "node:assert/strict";
import { join } from "node:path";
import { closedPodsPolicy, closedWorkloads } from "../../lib/kube/access/closed_pods.ts";
import { planTestStack } from "../cli/planned_stack.ts";
import { convertFaf, fafTest } from "./faf_stack.ts";

const COMPOSE = `services:
  login: { image: "oryd/hydra:v2.2", expose: ["4444", "4445"] }
  site: { image: "nginx:1", expose: ["80"] }
  relay: { image: "coturn:1", network_mode: host }
  wiki-db: { image: "docker.io/library/postgres:13-alpine", expose: ["5432"] }
  exporter: { image: "prom/postgres-exporter:1", expose: ["9187"] }
`;

Deno.test("closedWorkloads() names identity servers, PostgreSQL, and what runs on the host's network", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  const { conversion, decisions } = await planTestStack({
    directory,
    decisions: "identity: { login: { engine: hydra }, gone: { engine: hydra } }\n",
  });
  assert.deepEqual(closedWorkloads(conversion, decisions), ["login", "relay", "wiki-db"]);
  assert.deepEqual(closedWorkloads(conversion), ["relay", "wiki-db"]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("closedPodsPolicy() cuts a long name where the API server cuts it, and is not made for nothing", () => {
  assert.deepEqual(closedPodsPolicy("faf", []), []);
  const long = "l".repeat(63);
  const text = JSON.stringify(closedPodsPolicy("faf", [long, "hydra"])[0]);
  assert.match(text, new RegExp(`\\['${"l".repeat(58)}', 'hydra-'\\]`));
});

/** Each alone says that the service is a PostgreSQL, or that it is none. */
const SERVERS: Readonly<Record<string, string>> = {
  data: "{ image: acme/a, environment: { PGDATA: /pg } }",
  password: "{ image: acme/a, environment: { POSTGRES_PASSWORD: hunter2hunter2 } }",
  file: "{ image: acme/a, environment: { POSTGRES_PASSWORD_FILE: /run/secrets/x } }",
  trusting: "{ image: acme/a, environment: [ POSTGRES_HOST_AUTH_METHOD=trust ] }",
  port: '{ image: acme/a, expose: ["5432"] }',
  published: '{ image: acme/a, ports: ["127.0.0.1:15432:5432"] }',
  directory: "{ image: acme/a, volumes: [ pg:/var/lib/postgresql/data ] }",
  image: "{ image: registry.example.org/timescale/timescaledb-ha:pg16 }",
  decided: "{ image: acme/a }",
};
const NO_SERVERS: Readonly<Record<string, string>> = {
  client:
    "{ image: acme/a, environment: { POSTGRES_HOST: db, POSTGRES_PASSWORD: hunter2hunter2, POSTGRES_DB: a } }",
  other: "{ image: acme/a, environment: { DATABASE_URL: x, POSTGRES_DB: a } }",
  exporter: "{ image: prometheuscommunity/postgres-exporter, expose: ['9187'] }",
  maria: "{ image: mariadb:11, environment: { MARIADB_ROOT_PASSWORD: hunter2hunter2 } }",
};

Deno.test("closedWorkloads() knows a PostgreSQL by what it is given, whatever its image is called", async () => {
  const directory = await Deno.makeTempDir();
  const services = Object.entries({ ...SERVERS, ...NO_SERVERS }).map(([name, text]) =>
    `  ${name}: ${text}\n`
  );
  await Deno.writeTextFile(
    join(directory, "compose.yaml"),
    `services:\n${services.join("")}volumes: { pg: {} }\n`,
  );
  const { conversion, decisions } = await planTestStack({
    directory,
    decisions: "databases: { decided: { engine: postgres, admin: { user: a, password: data.PGDATA } } }\n",
  });
  assert.deepEqual(closedWorkloads(conversion, decisions), Object.keys(SERVERS).toSorted());
  await Deno.remove(directory, { recursive: true });
});

fafTest("FAF: pods of Hydra, of PostgreSQL and on the host's network are closed", async () => {
  const { conversion, decisions } = await convertFaf();
  assert.deepEqual(closedWorkloads(conversion, decisions), [
    "faf-coturn",
    "faf-ory-hydra",
    "postgres-wikijs",
  ]);
});
