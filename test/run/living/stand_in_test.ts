import assert from "node:assert/strict";
import { standInOf } from "../../../lib/run/living/stand_in.ts";

const CONTAINER = {
  Id: "0123456789abcdef",
  Name: "/shop-web-1",
  Config: {
    // As docker compose writes it, with and without a protocol.
    ExposedPorts: { "8080": {}, "9000/tcp": {} },
    Labels: {
      "com.docker.compose.project": "shop",
      "com.docker.compose.service": "web",
      "traefik.http.routers.web.rule": "Host(`shop.test`)",
      "Traefik.Enable": "true",
    },
  },
  NetworkSettings: {
    Networks: {
      shop_default: { Aliases: ["shop-web-1", "web", "0123456789ab"] },
      shop_back: { Aliases: ["www"] },
      "shop-web-1-moved-to-kubernetes": { Aliases: [] },
    },
  },
};
const ORIGINAL = {
  project: "shop",
  service: "web",
  containers: [CONTAINER],
  without: ["shop-web-1-moved-to-kubernetes"],
  mayPublish: () => true,
};
const ADDRESS = {
  address: "10.43.0.7",
  ports: [{ port: 8080, protocol: "TCP" }, { port: 53, protocol: "UDP" }],
} as const;
const FORWARDER = { image: "traefik:v3.6.7", exposed: ["80/tcp"] };

Deno.test("standInOf() has the names of the original in its networks, and none of the one that bars it", () => {
  const { name, networks } = standInOf(ORIGINAL, ADDRESS, FORWARDER) ?? {};
  assert.equal(name, "shop-web-in-kubernetes");
  assert.deepEqual(networks, {
    shop_back: ["shop-web-1", "web", "www"],
    shop_default: ["shop-web-1", "web"],
  });
});

Deno.test("standInOf() has Traefik's labels and none of compose's, so that compose leaves it alone", () => {
  assert.deepEqual(standInOf(ORIGINAL, ADDRESS, FORWARDER)?.labels, {
    "Traefik.Enable": "true",
    "traefik.http.routers.web.rule": "Host(`shop.test`)",
    "traefik.http.services.web-shop.loadbalancer.server.port": "8080",
    "compose-ferry/project": "shop",
    "compose-ferry/stands-in-for": "web",
  });
});

Deno.test("standInOf() passes on every port, and at its image's own port the original's lowest", () => {
  const { command = [], exposed, file } = standInOf(ORIGINAL, ADDRESS, FORWARDER) ?? {};
  assert.deepEqual(command.filter((word) => word.includes(".address=")), [
    "--entrypoints.tcp8080.address=:8080/tcp",
    "--entrypoints.udp53.address=:53/udp",
    "--entrypoints.tcp80.address=:80/tcp",
  ]);
  assert.deepEqual(exposed, ["8080/tcp", "9000/tcp"]);
  const { tcp, udp } = JSON.parse(file?.text ?? "{}");
  const server = (service: unknown): unknown =>
    (service as { readonly loadBalancer: { readonly servers: readonly unknown[] } }).loadBalancer.servers[0];
  assert.deepEqual(server(tcp.services.tcp8080), { address: "10.43.0.7:8080" });
  assert.deepEqual(server(tcp.services.tcp80), { address: "10.43.0.7:8080" });
  assert.deepEqual(server(udp.services.udp53), { address: "10.43.0.7:53" });
  const { file: sixth } = standInOf(ORIGINAL, { ...ADDRESS, address: "fd00::7" }, FORWARDER) ?? {};
  assert.deepEqual(server(JSON.parse(sixth?.text ?? "").udp.services.udp53), { address: "[fd00::7]:53" });
  assert.equal(tcp.routers.tcp8080.rule, "HostSNI(`*`)");
});

Deno.test("standInOf() tells when it is ready, at a port of its own, where its containers still serve", () => {
  assert.equal(standInOf(ORIGINAL, ADDRESS, FORWARDER)?.ready, undefined);
  const taken = { ...ADDRESS, ports: [{ port: 65_535, protocol: "TCP" }] } as const;
  const beside = standInOf({ ...ORIGINAL, isBeside: true }, taken, FORWARDER);
  const command: readonly string[] = beside?.command ?? [];
  const [program, verb, ...flags] = beside?.ready ?? [];
  assert.deepEqual([program, verb], ["traefik", "healthcheck"]);
  assert.ok(flags.includes("--entrypoints.ready.address=127.0.0.1:65534"));
  assert.deepEqual(flags.filter((flag) => !command.includes(flag)), []);
  assert.equal(beside?.labels["traefik.http.routers.web-in-kubernetes.rule"], "Host(`shop.test`)");
});

Deno.test("standInOf() takes no port of its image that the service has itself", () => {
  const own = { ...ADDRESS, ports: [{ port: 80, protocol: "TCP" }] } as const;
  const { command = [], file } = standInOf(ORIGINAL, own, FORWARDER) ?? {};
  assert.deepEqual(command.filter((word) => word.includes(".address=")), [
    "--entrypoints.tcp80.address=:80/tcp",
  ]);
  assert.match(file?.text ?? "", /"10\.43\.0\.7:80"/);
});

Deno.test("standInOf() is nothing where nobody could call the original by a name", () => {
  const alone = { ...CONTAINER, NetworkSettings: { Networks: { host: { Aliases: null } } } };
  assert.equal(standInOf({ ...ORIGINAL, containers: [alone] }, ADDRESS, FORWARDER), undefined);
});

Deno.test("standInOf() has no name in Docker's default network, and is there for Traefik alone", () => {
  const networks = { bridge: { Aliases: ["web"] } };
  const containers = [{ ...CONTAINER, NetworkSettings: { Networks: networks } }];
  assert.deepEqual(standInOf({ ...ORIGINAL, containers }, ADDRESS, FORWARDER)?.networks, { bridge: [] });
  const unrouted = [{ ...containers[0], Config: { ...CONTAINER.Config, Labels: {} } }];
  assert.equal(standInOf({ ...ORIGINAL, containers: unrouted }, ADDRESS, FORWARDER), undefined);
});

Deno.test("standInOf() keeps the machine's ports open that lead to a port which it passes on", () => {
  const HostConfig = {
    PortBindings: {
      "8080/tcp": [{ HostIp: "", HostPort: "80" }, { HostIp: "127.0.0.1", HostPort: "8080" }],
      "53/udp": [{ HostIp: "10.0.0.1", HostPort: "53" }],
      // The cluster has no port for it.
      "9000/tcp": [{ HostIp: "", HostPort: "9000" }],
    },
  };
  const containers = [{ ...CONTAINER, HostConfig }];
  assert.deepEqual(standInOf({ ...ORIGINAL, containers }, ADDRESS, FORWARDER)?.published, [
    { port: "8080/tcp", hostAddress: "", hostPort: 80 },
    { port: "8080/tcp", hostAddress: "127.0.0.1", hostPort: 8080 },
    { port: "53/udp", hostAddress: "10.0.0.1", hostPort: 53 },
  ]);
  const taken = { ...ORIGINAL, containers, mayPublish: (port: string) => port !== "80/tcp" };
  assert.deepEqual(standInOf(taken, ADDRESS, FORWARDER)?.published?.map(({ hostPort }) => hostPort), [
    8080,
    53,
  ]);
});

Deno.test("standInOf() is there for the machine's ports alone, too", () => {
  const nameless = {
    ...CONTAINER,
    Config: { ...CONTAINER.Config, Labels: {} },
    HostConfig: { PortBindings: { "8080/tcp": [{ HostIp: "", HostPort: "80" }] } },
    NetworkSettings: { Networks: { bridge: { Aliases: null } } },
  };
  const original = { ...ORIGINAL, containers: [nameless] };
  assert.equal(standInOf(original, ADDRESS, FORWARDER)?.published?.length, 1);
  assert.equal(standInOf({ ...original, mayPublish: () => false }, ADDRESS, FORWARDER), undefined);
});
