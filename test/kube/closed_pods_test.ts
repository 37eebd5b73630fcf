import assert from "node:assert/strict";
import { join } from "node:path";
import { closedPodsPolicy, closedWorkloads } from "../../lib/kube/access/closed_pods.ts";
import { convertStack } from "./converted.ts";
import { convertFaf, fafTest } from "./faf_stack.ts";

const COMPOSE = `services:
  login: { image: "oryd/hydra:v2.2", expose: ["4444", "4445"] }
  site: { image: "nginx:1", expose: ["80"] }
  relay: { image: "coturn:1", network_mode: host }
`;

Deno.test("closedWorkloads() names identity servers and what runs on the host's network", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  const { conversion, decisions } = await convertStack({
    directory,
    decisions: "identity: { login: { engine: hydra }, gone: { engine: hydra } }\n",
  });
  assert.deepEqual(closedWorkloads(conversion, decisions.identity), ["login", "relay"]);
  assert.deepEqual(closedWorkloads(conversion), ["relay"]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("closedPodsPolicy() cuts a long name where the API server cuts it, and is not made for nothing", () => {
  assert.deepEqual(closedPodsPolicy("faf", []), []);
  const long = "l".repeat(63);
  const text = JSON.stringify(closedPodsPolicy("faf", [long, "hydra"])[0]);
  assert.match(text, new RegExp(`\\['${"l".repeat(58)}', 'hydra-'\\]`));
});

fafTest("FAF: Hydra's pods and those on the host's network are closed", async () => {
  const { conversion, decisions } = await convertFaf();
  assert.deepEqual(closedWorkloads(conversion, decisions.identity), ["faf-coturn", "faf-ory-hydra"]);
});
