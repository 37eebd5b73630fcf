import assert from "node:assert/strict";
import { gateObjects, gateOf, networksOf, otherNames, portsBehind } from "../../../lib/run/living/gate.ts";

const CONTAINER = {
  Id: "0123456789abcdef",
  Name: "/shop-db-1",
  Config: { ExposedPorts: { "9000/tcp": {}, "5432": {}, "53/udp": {} }, Labels: {} },
  NetworkSettings: { Networks: { shop_default: { Aliases: ["db"] }, host: {} } },
};
const GATED = { project: "shop", service: "db", containers: [CONTAINER] };
const PORTS = [{ port: 5432, hostPort: 26_000 }];

Deno.test("portsBehind() has the TCP ports, the lowest first", () => {
  assert.deepEqual(portsBehind(GATED), [5432, 9000]);
});

Deno.test("gateOf() passes on to the name, without having it, and is open on one address alone", () => {
  const gate = gateOf(GATED, PORTS, "10.0.0.1", { image: "traefik:v3.6.7", exposed: ["80/tcp"] });
  assert.equal(gate.name, "shop-db-from-kubernetes");
  assert.deepEqual(gate.networks, { shop_default: [] });
  assert.deepEqual(gate.published, [{ port: "5432/tcp", hostAddress: "10.0.0.1", hostPort: 26_000 }]);
  assert.match(gate.file.text, /"address":"db:5432"/);
  assert.deepEqual(gate.command.filter((word) => word.includes(".address=")), [
    "--entrypoints.tcp5432.address=:5432/tcp",
  ]);
});

Deno.test("gateObjects() lead the service's name and port to the node's", () => {
  const [service, slice] = gateObjects("db", "shop", PORTS, "10.0.0.1");
  assert.deepEqual(service["spec"], {
    type: "ClusterIP",
    ports: [{ name: "tcp-5432", port: 5432, protocol: "TCP", targetPort: 5432 }],
  });
  assert.equal(slice.metadata.labels?.["kubernetes.io/service-name"], service.metadata.name);
  assert.deepEqual(slice["endpoints"], [{ addresses: ["10.0.0.1"], conditions: { ready: true } }]);
  assert.deepEqual(slice["ports"], [{ name: "tcp-5432", port: 26_000, protocol: "TCP" }]);
});

Deno.test("networksOf() is empty where the service has a name in no network", () => {
  assert.deepEqual(networksOf(GATED), ["shop_default"]);
  for (const network of ["host", "none", "bridge"]) {
    const container = { ...CONTAINER, NetworkSettings: { Networks: { [network]: { Aliases: null } } } };
    assert.deepEqual(networksOf({ ...GATED, containers: [container] }), [], network);
  }
});

Deno.test("otherNames() are aliases and container_name, and which of them no Service can have", () => {
  assert.deepEqual(otherNames(GATED), { carried: [], left: [] });
  const networks = { shop_default: { Aliases: ["db", "Database", "my_db", "shop-db-1", "0123456789ab"] } };
  const container = { ...CONTAINER, Name: "/db-main", NetworkSettings: { Networks: networks } };
  assert.deepEqual(otherNames({ ...GATED, containers: [container] }), {
    carried: ["database", "db-main"],
    left: ["my_db"],
  });
});

Deno.test("gateObjects() of another name lead to the same port, and tell whose gate they are", () => {
  const [service, slice] = gateObjects("db", "shop", PORTS, "10.0.0.1", "database");
  assert.deepEqual([service.metadata.name, slice.metadata.name], ["database", "database-in-docker"]);
  assert.equal(slice.metadata.labels?.["kubernetes.io/service-name"], "database");
  for (const { metadata } of [service, slice]) assert.equal(metadata.labels?.["compose-ferry/gate-to"], "db");
});
