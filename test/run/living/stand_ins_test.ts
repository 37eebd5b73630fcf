import assert from "node:assert/strict";
import { ApiError } from "../../../lib/cluster/api_error.ts";
import { putStandIns } from "../../../lib/run/living/stand_ins.ts";

/** An engine with a container for each service, which is its id, and no image of Traefik. */
function serveEngine(path: string): Deno.HttpServer {
  return Deno.serve({ path, transport: "unix", onListen: () => {} }, (request) => {
    const asked = new URL(request.url).pathname.replace(/^\/v[\d.]+/, "");
    const [, service] = /^\/containers\/([^/]+)\/json$/.exec(asked) ?? [];
    if (service !== undefined) {
      return Response.json({
        Id: service,
        Name: `/shop-${service}-1`,
        Config: { Labels: { "com.docker.compose.service": service } },
      });
    }
    return Response.json(asked === "/images/json" ? [] : { ID: path }, {
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
