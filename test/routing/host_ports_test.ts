/** Ports of the host that lead to the stack's Traefik, and the names of its entry points in the cluster. */
import assert from "node:assert/strict";
import { staticSide } from "./static_side.ts";

function compose(
  ports: readonly string[],
  command: readonly string[],
  network = "",
  holder = "",
): string {
  const written = `    ports: ${JSON.stringify(ports)}\n`;
  return `name: shop
services:
  traefik:
    image: traefik:v3.4
    command: ${JSON.stringify(command)}
${network === "" ? written : `    network_mode: ${network}\n`}${holder === "" ? "" : holder + written}`;
}

const WEB = "--entrypoints.web.address=:80";
const SECURE = "--entrypoints.websecure.address=:443";

async function front(text: string): Promise<readonly string[]> {
  const { front } = await staticSide(text);
  return front.map(({ name, port, protocol, targetPort }) => `${name} ${port}/${protocol} ${targetPort}`);
}

Deno.test("every port of the host that led to an entry point leads there", async () => {
  const ports = ["8000:80", "80:80", "[::]:80:80", "4443:443", "443:443", "127.0.0.1:9:443"];
  assert.deepEqual(await front(compose(ports, [WEB, SECURE])), [
    "web-8000 8000/TCP web",
    "web 80/TCP web",
    "websecure-4443 4443/TCP websecure",
    "websecure 443/TCP websecure",
  ]);
});

Deno.test("HTTP/3 is reached on the UDP ports that were published, whatever its entry point is called", async () => {
  const flags = [
    WEB,
    SECURE,
    "--entrypoints.alternative.address=:4433",
    "--entrypoints.alternative.http3=true",
  ];
  const { front: ports, values } = await staticSide(
    compose(["443:443", "4433:4433", "4433:4433/udp"], [...flags, "--entrypoints.websecure.http3=true"]),
  );
  assert.deepEqual(ports.map(({ name, port, protocol }) => [name, port, protocol]), [
    ["websecure", 443, "TCP"],
    [ports[1]?.["name"], 4433, "TCP"],
    [`${ports[1]?.["name"]}-http3`, 4433, "UDP"],
  ]);
  const name = String(ports[1]?.["name"]);
  assert.ok(`${name}-http3`.length <= 15, name);
  assert.deepEqual(values.ports[name]?.["http3"], { enabled: true, advertisedPort: 4433 });
  assert.ok(values.additionalArguments.includes(`--entrypoints.${name}.http3.advertisedport=4433`));
});

Deno.test("an entry point called by digits has a name that a port may have", async () => {
  assert.deepEqual(await front(compose(["8443:8443"], ["--entrypoints.8443.address=:8443"])), [
    "port-8443 8443/TCP port-8443",
  ]);
});

Deno.test("a Traefik on the network of another service has the ports that are published there", async () => {
  const text = compose(
    ["80:80", "443:443", "9000:9000"],
    [WEB, SECURE],
    "service:vpn",
    `  vpn:
    image: registry.example/vpn:1
`,
  );
  const { front: ports, objects, said } = await staticSide(text);
  assert.deepEqual(ports.map(({ name, port }) => [name, port]), [["web", 80], ["websecure", 443]]);
  const balancers = objects.filter(({ kind, spec }) =>
    kind === "Service" && (spec as { readonly type?: string }).type === "LoadBalancer"
  );
  assert.deepEqual(balancers.map(({ metadata }) => metadata.name).sort(), ["traefik-front", "vpn-public"]);
  assert.match(said("kube-public-port")[0]?.message ?? "", /^Port 9000 of service "vpn"/);
  assert.match(said("kube-network-mode")[0]?.hint ?? "", /have the ports that "vpn" publishes/);
});

Deno.test("a Traefik of one's own has one port for an entry point, and the others are said", async () => {
  const { said } = await staticSide(compose(["80:80", "8000:80"], [WEB]), {
    decisions: "traefik: { mode: external }",
  });
  assert.match(said("traefik-second-port")[0]?.message ?? "", /^Port 8000 led to the entry point "web"/);
});
