import assert from "node:assert/strict";
import { join } from "node:path";
import { closedPodsPolicy, closedWorkloads } from "../../lib/kube/access/closed_pods.ts";
import { convertStack } from "./converted.ts";
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
  const { conversion, decisions } = await convertStack({
    directory,
    decisions: "identity: { login: { engine: hydra }, gone: { engine: hydra } }\n",
  });
  assert.deepEqual(closedWorkloads(conversion, decisions.identity), ["login", "relay", "wiki-db"]);
  assert.deepEqual(closedWorkloads(conversion), ["relay", "wiki-db"]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("closedPodsPolicy() cuts a long name where the API server cuts it, and is not made for nothing", () => {
  assert.deepEqual(closedPodsPolicy("faf", []), []);
  const long = "l".repeat(63);
  const text = JSON.stringify(closedPodsPolicy("faf", [long, "hydra"])[0]);
  assert.match(text, new RegExp(`\\['${"l".repeat(58)}', 'hydra-'\\]`));
});

fafTest("FAF: pods of Hydra, of PostgreSQL and on the host's network are closed", async () => {
  const { conversion, decisions } = await convertFaf();
  assert.deepEqual(closedWorkloads(conversion, decisions.identity), [
    "faf-coturn",
    "faf-ory-hydra",
    "postgres-wikijs",
  ]);
});
