/** A Traefik on the machine's own network, as Docker's side: answers in the shape of the Engine's own API, by a real socket. */
import assert from "node:assert/strict";
import { dockerSide } from "../../lib/cli/verify_sides.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import type { RouteQuestion } from "../../lib/run/verify/questions.ts";
import type { Side } from "../../lib/run/verify/verify.ts";

const ON_HOST = {
  Id: "traefik",
  Image: "traefik:v2.7.1",
  HostConfig: { NetworkMode: "host" },
  NetworkSettings: { Networks: { host: { IPAddress: "" } } },
  Ports: [],
};
const PUBLISHED = {
  Id: "traefik",
  Image: "traefik:v3.6.7",
  HostConfig: { NetworkMode: "shop_default" },
  NetworkSettings: { Networks: { shop_default: { IPAddress: "172.20.0.2" } } },
  Ports: [{ PublicPort: 443, PrivatePort: 8443, Type: "tcp" }],
};
const STAND_IN = {
  Id: "stand-in",
  Image: "traefik:v3.6.7",
  HostConfig: { NetworkMode: "shop_default" },
  Labels: {
    "compose-ferry/made-from": "0",
    "compose-ferry/project": "shop",
    "compose-ferry/stands-in-for": "lobby",
  },
  NetworkSettings: { Networks: { shop_default: { IPAddress: "172.20.0.3" } } },
  Ports: [{ PublicPort: 8001, PrivatePort: 8001, Type: "tcp" }],
};
const LOBBY = {
  kind: "port",
  service: "lobby",
  port: 8001,
  hostAddress: "127.0.0.1",
  hostPort: 8001,
} as const;
const FRONT = { kind: "Service", metadata: { name: "traefik-front", namespace: "kube-system" } };

const question = (publicPort: number): RouteQuestion => ({
  kind: "route",
  isSecure: publicPort === 443,
  entryPoint: publicPort === 443 ? "websecure" : "web",
  publicPort,
  host: "shop.test",
  path: "/",
});

/** @param services of the cluster, by name */
async function sideOf(
  container: unknown,
  services: Readonly<Record<string, unknown>>,
  engine?: "none",
): Promise<Side> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/engine.sock`;
  await using _server = Deno.serve({ path, transport: "unix", onListen: () => {} }, ({ url }) => {
    const isList = new URL(url).pathname.endsWith("/containers/json");
    return Response.json(isList ? [container] : { ID: path }, { headers: { "API-Version": "1.47" } });
  });
  const stack = {
    project: { name: "shop" },
    decisions: engine === undefined ? {} : { engine },
    conversion: { namespace: "shop", front: [{ object: FRONT }] },
  };
  const client = { get: ({ name }: { readonly name: string }) => Promise.resolve(services[name]) };
  const side = await dockerSide(
    { environment: { DOCKER_HOST: `unix://${path}` } },
    // The edge: stack and client as far as the side reads them.
    stack as unknown as Parameters<typeof dockerSide>[1],
    client as unknown as ClusterClient,
  );
  await Deno.remove(directory, { recursive: true });
  return side;
}

const balancer = (port: number): unknown => ({ spec: { type: "LoadBalancer", ports: [{ port }] } });
const inside = (port: number): unknown => ({ spec: { type: "ClusterIP", ports: [{ port }] } });

Deno.test("dockerSide(): a Traefik on the machine's network is asked at the machine's own ports", async () => {
  const side = await sideOf(ON_HOST, { traefik: inside(443) });
  assert.deepEqual([80, 443].map((port) => side.route(question(port))), [
    { hostname: "127.0.0.1", port: 80 },
    { hostname: "127.0.0.1", port: 443 },
  ]);
});

Deno.test("dockerSide(): it is not asked at ports that lead to the cluster, be it by the front or by k3s's Traefik", async () => {
  for (const name of ["traefik-front", "traefik"]) {
    const side = await sideOf(ON_HOST, { [name]: balancer(443) });
    assert.match(
      JSON.stringify(side.route(question(443))),
      /"silence":"the machine's port leads to the cluster/,
    );
    assert.deepEqual(side.route(question(80)), { hostname: "127.0.0.1", port: 80 });
  }
});

Deno.test("dockerSide(): one with an address of its own is asked there, wherever the machine's ports lead", async () => {
  const side = await sideOf(PUBLISHED, { "traefik-front": balancer(443) });
  assert.deepEqual(side.route(question(443)), { hostname: "172.20.0.2", port: 8443 });
  assert.equal(side.route(question(80)), undefined);
});

Deno.test("dockerSide(): without an engine nobody is there", async () => {
  assert.equal((await sideOf(ON_HOST, {}, "none")).route(question(80)), undefined);
});

Deno.test("dockerSide(): what stands in for a container is asked at its port, until that leads to the cluster", async () => {
  const before = await sideOf(STAND_IN, { traefik: inside(8001) });
  assert.deepEqual(before.port(LOBBY), { hostname: "127.0.0.1", port: 8001 });
  const after = await sideOf(STAND_IN, { "traefik-front": balancer(8001) });
  assert.deepEqual(after.port(LOBBY), { silence: "the machine's port leads to the cluster" });
  // It passes connections on, and is no front.
  assert.equal(before.route(question(8001)), undefined);
  assert.match(JSON.stringify(before.port({ ...LOBBY, service: "db" })), /Docker shows no container/);
});
