/** Certificates of the stack's own servers are for their names, and the cluster's Traefik calls pods by addresses. */
import { deepEqual, equal } from "node:assert/strict";
import { staticSide } from "./static_side.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const COMPOSE = `name: shop
services:
  traefik:
    image: traefik:v3.4
    ports: ["80:80"]
    volumes: ["./own:/own:ro"]
    command: ["--entrypoints.web.address=:80", "--providers.file.filename=/own/d.yml"]
  authelia: { image: "registry.example/authelia:1", expose: ["9091"] }
`;

const dynamic = (transport: string, login: string): string =>
  `http:
  routers:
    login: { rule: Host(\`a.example.org\`), service: login, middlewares: [login] }
  services:
    login: { loadBalancer: { servers: [{ url: "https://authelia:9091/" }], serversTransport: own } }
  middlewares: { login: { forwardAuth: { address: "https://authelia:9091/api?rd=https://b", tls: ${login} } } }
  serversTransports: { own: ${transport} }
`;

async function converted(transport: string, login: string): Promise<Record<string, unknown>> {
  const { objects, values } = await staticSide(COMPOSE, {
    files: { "own/d.yml": dynamic(transport, login), "own/ca.crt": PEM },
  });
  const spec = (kind: string, name: string): Record<string, unknown> | undefined =>
    objects.find((one) => one.kind === kind && one.metadata.name === name)?.["spec"] as
      | Record<string, unknown>
      | undefined;
  const [route] = (spec("IngressRoute", "login")?.["routes"] ?? []) as {
    services: { serversTransport: string }[];
  }[];
  const used = route?.services[0]?.serversTransport ?? "";
  return {
    used,
    serverName: spec("ServersTransport", used)?.["serverName"],
    address: (spec("Middleware", "login")?.["forwardAuth"] as { address: string }).address,
    dns: values.deployment?.["dnsConfig"],
  };
}

Deno.test("a certificate that is checked is checked for the name in the URL", async () => {
  deepEqual(await converted("{ rootCAs: [/own/ca.crt] }", "{ ca: /own/ca.crt }"), {
    used: "own-authelia",
    serverName: "authelia",
    address: "https://authelia:9091/api?rd=https://b",
    dns: { searches: ["shop.svc.cluster.local"] },
  });
});

Deno.test("where none is checked, or for a name that is written, all stays as it is", async () => {
  const open = await converted("{ insecureSkipVerify: true }", "{ insecureSkipVerify: true }");
  deepEqual(open, {
    used: "own",
    serverName: undefined,
    address: "https://authelia.shop.svc.cluster.local:9091/api?rd=https://b",
    dns: undefined,
  });
  const named = await converted("{ rootCAs: [/own/ca.crt], serverName: x }", "{ insecureSkipVerify: true }");
  equal(named["used"], "own");
});
