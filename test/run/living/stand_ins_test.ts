import assert from "node:assert/strict";
import { ApiError } from "../../../lib/cluster/api_error.ts";
import { putStandIns } from "../../../lib/run/living/stand_ins.ts";

const BINDINGS = { "8001/tcp": [{ HostIp: "", HostPort: "8001" }] };

/** What a container is made from, as far as it is looked at. */
interface Made {
  readonly HostConfig: { readonly PortBindings: Readonly<Record<string, unknown>> };
}

/**
 * An engine with a container for each service, which is its id.
 *
 * @param forwarder an image of Traefik that it has
 * @param isTaken whether the machine's ports are somebody else's, which the engine finds out at the start
 */
function serveEngine(path: string, forwarder?: string, isTaken = false): Deno.HttpServer {
  let made: Made | undefined;
  return Deno.serve({ path, transport: "unix", onListen: () => {} }, async (request) => {
    const asked = new URL(request.url).pathname.replace(/^\/v[\d.]+/, "");
    const [, service] = /^\/containers\/([^/]+)\/json$/.exec(asked) ?? [];
    if (service === "shop-lobby-in-kubernetes") {
      if (made === undefined) return Response.json({ message: "No such container" }, { status: 404 });
      return Response.json({ NetworkSettings: { Networks: { shop_default: { IPAddress: "127.0.0.1" } } } });
    }
    if (asked === "/containers/create") {
      made = await request.json() as Made;
      return Response.json({ Id: "made" }, { status: 201 });
    }
    if (asked.endsWith("/start") && isTaken && Object.keys(made?.HostConfig.PortBindings ?? {}).length > 0) {
      return Response.json({ message: "port is already allocated" }, { status: 500 });
    }
    if (request.method !== "GET") return new Response(null, { status: 204 });
    if (asked.startsWith("/networks/")) return Response.json({ Internal: false });
    if (asked.startsWith("/images/") && asked !== "/images/json") return Response.json({ Config: {} });
    if (service !== undefined) {
      return Response.json({
        Id: service,
        Name: `/shop-${service}-1`,
        Config: { Labels: { "com.docker.compose.service": service } },
        HostConfig: { PortBindings: service === "lobby" ? BINDINGS : {} },
        NetworkSettings: { Networks: service === "lobby" ? { shop_default: { Aliases: ["lobby"] } } : {} },
      });
    }
    const images = forwarder === undefined ? [] : [{ RepoTags: [forwarder] }];
    return Response.json(asked === "/images/json" ? images : { ID: path }, {
      headers: { "API-Version": "1.47" },
    });
  });
}

Deno.test("putStandIns() goes on with the others of a pod where the API server refuses one", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/engine.sock`;
  const host = `unix://${path}`;
  await using _server = serveEngine(path);
  const containers = ["web", "db"].map((id) => ({ id, name: `shop-${id}-1`, host }));
  const problems = await putStandIns(
    { environment: { DOCKER_HOST: host }, project: "shop", isCalled: () => true },
    {
      containers,
      without: [],
      mayPublish: () => true,
      addressOf: (service) =>
        service === "web"
          ? Promise.reject(new ApiError(403, "Forbidden", "services is forbidden", []))
          : Promise.resolve({ address: "10.43.0.7", ports: [{ port: 5432, protocol: "TCP" }] }),
    },
    new AbortController().signal,
  );
  assert.deepEqual(problems.map(({ code }) => code), ["run-name-not-carried", "run-name-not-carried"]);
  assert.match(problems[0]?.message ?? "", /"web" in the cluster by its name: services is forbidden$/);
  assert.match(problems[1]?.message ?? "", /"db" .*no image of Traefik/);
  await Deno.remove(directory, { recursive: true });
});

/** The stand-in of a service with a port of the machine that nobody calls by its name. */
async function standInForLobby(forwarder: string | undefined, isTaken: boolean): Promise<readonly string[]> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/engine.sock`;
  const host = `unix://${path}`;
  await using _server = serveEngine(path, forwarder, isTaken);
  using listening = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listening.addr as Deno.NetAddr;
  const ports = [{ port: 8001, protocol: "TCP" }, { port, protocol: "TCP" }] as const;
  const problems = await putStandIns(
    { environment: { DOCKER_HOST: host }, project: "shop", isCalled: () => false },
    {
      containers: [{ id: "lobby", name: "shop-lobby-1", host }],
      without: [],
      mayPublish: () => true,
      addressOf: () => Promise.resolve({ address: "10.43.0.7", ports }),
    },
    new AbortController().signal,
  );
  await Deno.remove(directory, { recursive: true });
  return problems.map(({ code, message }) => `${code}: ${message}`);
}

const CLOSED =
  'run-port-not-carried: Nobody answers for "lobby" on 8001/tcp of this machine, where its container did: ';

Deno.test("putStandIns() keeps a port of the machine open", async () => {
  assert.deepEqual(await standInForLobby("traefik:v3.6.7", false), []);
});

Deno.test("putStandIns() says which port of the machine leads nowhere, also where nobody calls the service", async () => {
  assert.deepEqual(await standInForLobby(undefined, false), [
    `${CLOSED}the engine has no image of Traefik 2 or 3, which is needed to forward connections`,
  ]);
});

Deno.test("putStandIns() is there for its names where the machine's port cannot be had, and says so", async () => {
  const [problem = "", ...others] = await standInForLobby("traefik:v3.6.7", true);
  assert.deepEqual(others, []);
  assert.ok(problem.startsWith(CLOSED) && problem.includes("port is already allocated"), problem);
});
