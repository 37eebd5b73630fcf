import assert from "node:assert/strict";
import { exposedPorts } from "../../lib/docker/exposed_ports.ts";

Deno.test("exposedPorts() takes a port without a protocol for TCP, as docker compose writes it", () => {
  const answer = { Config: { ExposedPorts: { "8080": {}, "8080/tcp": {}, "53/udp": {} } } };
  assert.deepEqual(exposedPorts(answer), ["53/udp", "8080/tcp"]);
  assert.deepEqual(exposedPorts({ Config: { ExposedPorts: null } }), []);
  assert.deepEqual(exposedPorts(undefined), []);
});
