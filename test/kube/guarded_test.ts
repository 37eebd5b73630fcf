import assert from "node:assert/strict";
import { join } from "node:path";
import { administrativePortsPolicy } from "../../lib/kube/access/administrative_ports.ts";
import { guardedBy } from "../../lib/kube/access/guarded.ts";
import type { Guarded } from "../../lib/kube/access/objects.ts";
import { planTestStack } from "../cli/planned_stack.ts";
import { convertFaf, fafTest } from "./faf_stack.ts";

const LOGIN = '{ image: "oryd/hydra:v2.2", expose: ["4444", "4445"] }';

async function guarded(services: string, decisions: string): Promise<Guarded> {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "compose.yaml"), `services:\n${services}`);
  const converted = await planTestStack({ directory, decisions });
  await Deno.remove(directory, { recursive: true });
  return guardedBy(converted.conversion, converted.decisions);
}

const IDENTITY = "identity: { login: { engine: hydra } }\n";

Deno.test("the administrative port is for the server itself and for what names it", async () => {
  const { administrative } = await guarded(
    `  login: ${LOGIN}
  users: { image: "acme/users:1", environment: { HYDRA: "http://login:4445" } }
  site: { image: "nginx:1", expose: ["80"] }
`,
    IDENTITY,
  );
  assert.deepEqual(administrative, {
    servers: ["login"],
    ports: [4445],
    isolated: true,
    callers: ["login", "users"],
  });
});

Deno.test("an administrative port that is published stays open, one that stays private does not", async () => {
  const seen = async (how: string): Promise<readonly string[] | undefined> =>
    (await guarded(
      '  login: { image: "oryd/hydra:v2.2", ports: ["4445:4445"] }\n',
      `${IDENTITY}publish: { "4445": ${how} }\n`,
    )).administrative?.servers;
  for (const how of ["hostPort", "loadBalancer", "entryPoint"]) assert.deepEqual(await seen(how), [], how);
  assert.deepEqual(await seen("private"), ["login"]);
});

Deno.test("every other port of the server stays as it is", () => {
  const [policy] = administrativePortsPolicy("faf", {
    servers: ["a"],
    ports: [1, 4445],
    callers: ["a", "b"],
  });
  // The edge: a NetworkPolicy of networking.k8s.io/v1.
  const { ingress: [open, closed] } = policy?.["spec"] as {
    readonly ingress: readonly { readonly ports: unknown; readonly from?: readonly unknown[] }[];
  };
  assert.deepEqual(open, {
    ports: [
      { protocol: "TCP", port: 2, endPort: 4444 },
      { protocol: "TCP", port: 4446, endPort: 65535 },
      { protocol: "UDP" },
    ],
  });
  assert.deepEqual(closed?.ports, [{ protocol: "TCP", port: 1 }, { protocol: "TCP", port: 4445 }]);
  assert.equal(closed?.from?.length, 2);
  assert.deepEqual(administrativePortsPolicy("faf", { servers: [], ports: [], callers: [] }), []);
});

Deno.test("pods beyond the level are named where the namespace admits every pod, and only there", async () => {
  const relay = '  relay: { image: "coturn:1", network_mode: host }\n';
  const site = '  site: { image: "nginx:1", expose: ["80"] }\n';
  assert.deepEqual((await guarded(relay + site, "")).privileged, ["relay"]);
  assert.equal((await guarded(site, "")).privileged, undefined);
});

fafTest("FAF: few reach Hydra's administrative port, and few pods are beyond the level", async () => {
  const { conversion, decisions } = await convertFaf();
  const { administrative, privileged } = guardedBy(conversion, decisions);
  assert.deepEqual(privileged, ["faf-coturn"]);
  assert.deepEqual([administrative?.servers, administrative?.ports], [["faf-ory-hydra"], [4445]]);
  assert.ok(administrative?.callers.includes("faf-user-service"));
  assert.ok(!administrative?.callers.includes("faf-wikijs"));
});
