import assert from "node:assert/strict";
import { convertFaf, fafTest } from "./faf_stack.ts";

/** Container ports that callers use, by service, as its operators listed them; none means no Service at all. */
const PORTS: Readonly<Record<string, readonly number[]>> = {
  "cadvisor": [],
  "faf-aio-replayserver": [],
  "faf-anope": [],
  "faf-content": [80],
  "faf-coturn": [],
  "faf-db": [3306],
  "faf-db-migrations": [],
  "faf-ircd": [6667, 6697, 7000, 8167],
  "faf-java-api": [8010, 8011],
  "faf-league-service": [],
  "faf-ory-hydra": [4444, 4445],
  "faf-policy-server": [8097],
  "faf-postal": [25, 5000],
  "faf-python-server": [4000, 8001, 8002, 8011],
  "faf-qai": [],
  "faf-rabbitmq": [5672, 15672, 15692],
  "faf-rust-replayserver": [8011, 15000],
  "faf-telemetry-server": [8080],
  "faf-traefik": [],
  "faf-user-service": [8080],
  "faf-website": [3000],
  "faf-wordpress": [80],
  "grafana": [3000],
  "loki": [3100],
  "mongodb": [27017],
  "mysql-exporter": [9104],
  "node-exporter": [9100],
  "nodebb": [4567],
  "phpbb3-archive": [80],
  "postgres-wikijs": [5432],
  "prometheus": [9090],
  "promtail": [],
  "qai": [],
  "unitdb": [80],
  "voting": [3000],
  "wikijs": [3000],
};

/** Evidence that only other services' configuration gives. */
const ONLY_NAMED = [["faf-python-server", 8011], ["faf-rust-replayserver", 8011], ["loki", 3100]] as const;

fafTest("FAF: every service is reached on its ports, and on no other", async () => {
  const { conversion } = await convertFaf();
  const found = Object.fromEntries(
    [...conversion.services.values()].map(({ name, network }) => [name, portsOf(network)]),
  );
  assert.deepEqual(found, PORTS);
});

fafTest("FAF: without decisions every port is found, or its name leads to all of them", async () => {
  const { conversion } = await convertFaf(() => {}, "");
  for (const [name, ports] of Object.entries(PORTS)) {
    const service = conversion.services.get(name);
    if (service === undefined || service.kind === "none" || ports.length === 0) continue;
    const found = portsOf(service.network);
    const isHeadless = service.network.some(({ object }) =>
      object.metadata.name === name && (object["spec"] as { clusterIP?: string }).clusterIP === "None"
    );
    assert.ok(isHeadless || ports.every((port) => found.includes(port)), `${name}: ${found}`);
  }
});

fafTest("FAF: ports that nobody declares are found in the configuration that names them", async () => {
  const { conversion } = await convertFaf();
  const evidence = conversion.findings.find(({ code }) => code === "kube-port-found")?.related ?? [];
  for (const [name, port] of ONLY_NAMED) {
    const place = evidence.find(({ message }) => message.startsWith(`"${name}" on ${port}:`));
    assert.ok(place?.span.file.startsWith("config/"), `${name}:${port}`);
  }
});

fafTest("FAF: what was bound to 127.0.0.1 is reached from inside only", async () => {
  const { conversion } = await convertFaf();
  for (const { network } of conversion.services.values()) {
    for (const { object } of network) assert.equal((object["spec"] as { type: string }).type, "ClusterIP");
  }
  const routed = [...conversion.services.values()].flatMap(({ routes }) => routes)
    .filter(({ object }) => object.kind === "IngressRouteTCP").map(({ object }) => object.metadata.name)
    .sort();
  assert.deepEqual(routed, [
    "faf-ircd-6667",
    "faf-ircd-6697",
    "faf-ircd-8167",
    "faf-python-server-8001",
    "faf-rust-replayserver-15000",
  ]);
});

fafTest("FAF: two services on one host port are an error that names both", async () => {
  const { conversion } = await convertFaf(() => {}, "");
  const conflicts = conversion.findings.filter(({ code }) => code === "kube-host-port-conflict");
  assert.equal(conflicts.length, 1);
  const [conflict] = conflicts;
  assert.equal(conflict?.severity, "error");
  assert.match(conflict?.message ?? "", /"faf-aio-replayserver" and "faf-rust-replayserver".*15000/);
  assert.match(conflict?.hint ?? "", /faf-aio-replayserver: \{ skip:/);
  assert.notEqual(conflict?.span?.line, conflict?.related?.[0]?.span.line);
});

function portsOf(network: readonly { object: Record<string, unknown> }[]): number[] {
  const ports = network.flatMap(({ object }) =>
    (object["spec"] as { ports?: { port: number }[] }).ports ?? []
  );
  return [...new Set(ports.map(({ port }) => port))].sort((left, right) => left - right);
}
