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
    "--entrypoints.alternative.address=:444",
    "--entrypoints.alternative.http3=true",
  ];
  const written = compose(
    ["443:443", "443:443/udp", "444:444", "444:444/udp"],
    [...flags, "--entrypoints.websecure.http3=true"],
  );
  assert.deepEqual(await front(written), [
    "websecure 443/TCP websecure",
    "websecure-http3 443/UDP websecure-http3",
    "alternative 444/TCP alternative",
    "alternative-http3 444/UDP 8444",
  ]);
  const { values } = await staticSide(written);
  assert.deepEqual(values.ports["websecure"]?.["http3"], { enabled: true, advertisedPort: 443 });
  // The chart refuses HTTP/3 on a port without TLS of its own.
  assert.equal(values.ports["alternative"]?.["http3"], undefined);
  assert.ok(values.additionalArguments.includes("--entrypoints.alternative.http3.advertisedport=444"));
});

Deno.test("HTTP/3 whose UDP port nobody published is not opened", async () => {
  assert.deepEqual(await front(compose(["443:443"], [SECURE, "--entrypoints.websecure.http3=true"])), [
    "websecure 443/TCP websecure",
  ]);
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
