/** Answers in the shape of the Engine's own API (v1.47, "ContainerList"), by a real socket. */
import assert from "node:assert/strict";
import { openEngine } from "../../lib/docker/engine.ts";
import { runningPorts } from "../../lib/docker/running_ports.ts";

function container(project: string, service: string, Ports: readonly unknown[]): unknown {
  const Labels = { "com.docker.compose.project": project, "com.docker.compose.service": service };
  return { Id: service, Labels, Ports };
}

Deno.test("runningPorts() are the published TCP ports of the project's own containers, and of those that stand in for them", async () => {
  const directory = await Deno.makeTempDir();
  const listening = Promise.withResolvers<void>();
  const containers = [
    container("shop", "db", [
      { IP: "127.0.0.1", PrivatePort: 5432, PublicPort: 15432, Type: "tcp" },
      { PrivatePort: 5433, Type: "tcp" },
      { IP: "0.0.0.0", PrivatePort: 53, PublicPort: 53, Type: "udp" },
    ]),
    container("other", "db", [{ IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp" }]),
    { Id: "helper", Labels: {}, Ports: [{ PrivatePort: 1, PublicPort: 1, Type: "tcp" }] },
    // A gate is of the project, and stands in for nobody.
    { Id: "gate", Labels: { owner: "shop" }, Ports: [{ PrivatePort: 1, PublicPort: 26_000, Type: "tcp" }] },
    {
      Id: "stand-in",
      Labels: { owner: "shop", "stands-in-for": "lobby" },
      Ports: [{ PrivatePort: 8001, PublicPort: 8001, Type: "tcp" }],
    },
  ];
  const server = Deno.serve({ path: `${directory}/s`, onListen: () => listening.resolve() }, ({ url }) => {
    const headers = { "api-version": "1.47" };
    const { pathname, search } = new URL(url);
    // Stopped ones are in the list only with "?all=true".
    return pathname.endsWith("/containers/json") && search === ""
      ? Response.json(containers, { headers })
      : new Response("OK", { headers });
  });
  try {
    await listening.promise;
    using engine = await openEngine({ host: `unix://${directory}/s`, origin: "test", isInForce: true });
    assert.deepEqual(await runningPorts(engine, "shop", { project: "owner", service: "stands-in-for" }), [
      { service: "db", hostPort: 15432, isStandIn: false },
      { service: "lobby", hostPort: 8001, isStandIn: true },
    ]);
  } finally {
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
  }
});
