/** What is known of a service's containers, by answers in the shape of the Engine's own API (v1.47), by a real socket. */
import assert from "node:assert/strict";
import { OldSide } from "../../lib/run/old_side.ts";

/** Stop timeouts of the containers, which are named after their service. */
type Timeouts = Readonly<Record<string, number | undefined>>;

function serveEngine(path: string, timeouts: Timeouts): Deno.HttpServer {
  return Deno.serve({ path, transport: "unix", onListen: () => {} }, ({ url }) => {
    const asked = new URL(url).pathname.replace(/^\/v[\d.]+/, "");
    const [, service = ""] = /^\/containers\/([^/]+)\/json$/.exec(asked) ?? [];
    const headers = { "API-Version": "1.47" };
    if (asked === "/containers/json") {
      return Response.json(Object.keys(timeouts).map((Id) => ({ Id })), { headers });
    }
    if (service === "") return Response.json({ ID: path }, { headers });
    const labels = { "com.docker.compose.project": "shop", "com.docker.compose.service": service };
    return Response.json({
      Id: service,
      Name: `/shop-${service}-1`,
      State: { Status: "running", Running: true },
      Config: {
        Labels: labels,
        ...(timeouts[service] === undefined ? {} : { StopTimeout: timeouts[service] }),
      },
    }, { headers });
  });
}

Deno.test("find(): a program has the time that is decided, else its container's, else Docker's ten seconds", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/engine.sock`;
  await using _server = serveEngine(path, { web: undefined, db: 30, lobby: undefined, ledger: 30 });
  const decided: Readonly<Record<string, number>> = { lobby: 3_600, ledger: 5 };
  const side = new OldSide({
    environment: { DOCKER_HOST: `unix://${path}` },
    project: "shop",
    mayKill: new Set(),
    grace: (service) => decided[service],
    isCalled: () => false,
  });
  const { containers } = await side.find(["web", "db", "lobby", "ledger"]);
  const seconds = containers.map(({ service, stopSeconds }) => [service, stopSeconds]);
  assert.deepEqual(Object.fromEntries(seconds), { web: 10, db: 30, lobby: 3_600, ledger: 5 });
  await Deno.remove(directory, { recursive: true });
});
