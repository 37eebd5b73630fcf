/** A service that has gone back is called by those of its callers that stay in the cluster. */
import assert from "node:assert/strict";
import type { ClusterClient } from "../../../lib/cluster/client.ts";
import { Gates } from "../../../lib/run/living/gates.ts";

const DB = {
  Id: "db",
  Name: "/shop-db-1",
  Config: { Labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "db" } },
  State: { Status: "running", Running: true },
  NetworkSettings: { Networks: { shop_default: { Aliases: ["db"] } } },
};

/** An engine in which the database runs, and no image of Traefik is. */
function serveEngine(path: string): Deno.HttpServer {
  return Deno.serve({ path, transport: "unix", onListen: () => {} }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const asked = pathname.replace(/^\/v[\d.]+/, "");
    if (asked === "/containers/db/json") return Response.json(DB);
    if (asked === "/containers/json") return Response.json(searchParams.has("filters") ? [] : [{ Id: "db" }]);
    return Response.json(asked === "/images/json" ? [] : { ID: path }, {
      headers: { "API-Version": "1.47" },
    });
  });
}

Deno.test("settle(): who called it from the cluster is given a gate to it, although the record has it still", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/engine.sock`;
  await using _server = serveEngine(path);
  const node = { status: { addresses: [{ type: "InternalIP", address: "127.0.0.1" }] } };
  const gates = new Gates({
    environment: { DOCKER_HOST: `unix://${path}` },
    project: "shop",
    namespace: "shop",
    crossings: new Map(),
    needs: (service) => service === "web" ? ["db"] : [],
    moved: () => ["db", "web"],
  }, {
    // The edge: the client as far as a gate that is not opened asks it.
    client: { list: () => Promise.resolve({ items: [node] }) } as unknown as ClusterClient,
    owner: "shop",
    epoch: 1,
    guard: () => Promise.resolve(),
    push: () => {},
  });
  const problems = await gates.settle("db", new AbortController().signal);
  assert.deepEqual(problems.map(({ message }) => message), [
    '"web" does not find "db" from the cluster, which is left in the engine: ' +
    "the engine has no image of Traefik 2 or 3, which is needed to forward connections",
  ]);
  await Deno.remove(directory, { recursive: true });
});
