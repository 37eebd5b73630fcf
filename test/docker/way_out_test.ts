import assert from "node:assert/strict";
import type { Engine } from "../../lib/docker/engine.ts";
import type { HelperContainer } from "../../lib/docker/helper_containers.ts";
import { withWayOut } from "../../lib/docker/way_out.ts";

const ENGINE: Engine = {
  endpoint: { host: "unix:///engine", origin: "test", isInForce: true },
  json: (path) => Promise.resolve({ Internal: path === "/networks/back" }),
  bytes: () => Promise.resolve(undefined),
  change: () => Promise.reject(new Error("Nothing is changed by a look")),
  [Symbol.dispose]: () => {},
};

async function networksWith(...names: readonly string[]): Promise<readonly string[]> {
  const helper: HelperContainer = {
    name: "shop-db-from-kubernetes",
    image: "traefik:v3.6.7",
    command: ["traefik"],
    labels: {},
    exposed: [],
    networks: Object.fromEntries(names.map((name) => [name, []])),
    file: { name: "f", text: "" },
  };
  return Object.keys((await withWayOut(ENGINE, helper)).networks);
}

Deno.test("withWayOut() adds a network where all are internal, and none where there is none", async () => {
  assert.deepEqual(await networksWith("back"), ["back", "bridge"]);
  assert.deepEqual(await networksWith("back", "front"), ["back", "front"]);
  assert.deepEqual(await networksWith(), []);
});
