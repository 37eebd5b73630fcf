/** What decisions change about TLS: certificates that nobody fetches, strictness about names, a given certificate. */
import assert from "node:assert/strict";
import { traefikDecisions, type TraefikDecisionValues } from "../../lib/decisions/traefik.ts";
import { convertRouting, type RoutingConversion } from "../../lib/kube/traefik/convert_routing.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { type ContainerCase, exposedPortsOf, projectOf } from "../traefik/stack_fixture.ts";

const STATIC = `
entryPoints:
  web: { address: ":80" }
  secure: { address: ":443", http: { tls: { certResolver: letters } } }
certificatesResolvers: { letters: { acme: { email: a@b.example, storage: acme.json, tlsChallenge: {} } } }
`;
const DYNAMIC = `
tls:
  options: { default: { sniStrict: true, minVersion: VersionTLS12 } }
  stores: { default: { defaultCertificate: { certFile: own.pem, keyFile: own.key } } }
`;
const CERTIFICATE = {
  certificate: "-----BEGIN CERTIFICATE-----\ngiven\n",
  key: "-----BEGIN PRIVATE KEY-----\ngiven\n",
};

function convert(decisions: TraefikDecisionValues, dynamic = DYNAMIC): RoutingConversion {
  const labels = {
    "traefik.http.routers.web.rule": "Host(`shop.example`)",
    "traefik.http.routers.web.entrypoints": "secure",
    "traefik.http.routers.web.tls.certresolver": "letters",
    "traefik.http.routers.web.tls.domains[0].main": "shop.example",
    "traefik.tcp.routers.chat.rule": "HostSNI(`chat.example`)",
    "traefik.tcp.routers.chat.entrypoints": "secure",
    "traefik.tcp.routers.chat.tls.certresolver": "letters",
    "traefik.tcp.services.chat.loadbalancer.server.port": "6697",
  };
  const containers = new Map<string, ContainerCase>([["web", { labels }]]);
  const project = projectOf(containers, {});
  const routing = readRouting({
    project,
    exposedPorts: exposedPortsOf(containers),
    files: {
      static: { file: "traefik.yml", text: STATIC },
      dynamic: [{ file: "dynamic.yml", text: dynamic }],
      textAt: (path) => ({ "own.pem": CERTIFICATE.certificate, "own.key": CERTIFICATE.key })[path],
    },
  });
  return convertRouting({
    routing,
    project,
    namespace: "stack",
    decisions: traefikDecisions(decisions),
    serviceFor: (service, port) => ({ name: service, port }),
    certificate: CERTIFICATE,
  });
}

function objects(result: RoutingConversion): readonly { kind: string; metadata: { name: string } }[] {
  return [...result.routes.values(), result.otherRoutes, result.shared].flat().map(({ object }) => object);
}

function spec(result: RoutingConversion, kind: string, name: string): unknown {
  const found = objects(result).find((object) => object.kind === kind && object.metadata.name === name);
  return (found as { spec?: unknown } | undefined)?.spec;
}

Deno.test("without ACME nothing names a resolver, and routes stay on TLS", () => {
  const text = JSON.stringify(convert({}).routes.get("web")) + JSON.stringify(convert({}).chartValues);
  assert.match(text, /certResolver.*letters|certificatesresolvers/, "with ACME it is there");
  const result = convert({ acme: false, sniStrict: false });
  assert.doesNotMatch(JSON.stringify(objects(result)), /letters|certresolver/i);
  assert.doesNotMatch(JSON.stringify(result.chartValues), /letters|certresolver|persistence|initContainers/i);
  assert.deepEqual((spec(result, "IngressRoute", "web") as { tls?: unknown }).tls, {});
  assert.deepEqual((spec(result, "IngressRouteTCP", "chat") as { tls?: unknown }).tls, {});
  const { additionalArguments } = result.chartValues as { additionalArguments: readonly string[] };
  assert.ok(
    additionalArguments.includes("--entrypoints.websecure.http.tls=true"),
    additionalArguments.join(" "),
  );
  assert.deepEqual(result.findings.filter(({ severity }) => severity === "error"), []);
});

Deno.test("strict names without any certificate are an error, until decided or a certificate is given", () => {
  const codes = (decisions: TraefikDecisionValues): string[] =>
    convert(decisions).findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
  assert.deepEqual(codes({ acme: false }), ["traefik-sni-strict"]);
  assert.deepEqual(codes({}), []);
  assert.deepEqual(codes({ acme: false, sniStrict: false }), []);
  assert.deepEqual(codes({ acme: false, defaultCertificate: { secret: "origin" } }), []);
  assert.deepEqual(spec(convert({ sniStrict: false }), "TLSOption", "default"), {
    minVersion: "VersionTLS12",
    sniStrict: false,
  });
});

Deno.test("a given certificate is the default one and listed, so that strict names have it, too", () => {
  const files = convert({ defaultCertificate: { certificate: "a.pem", key: "a.key" } });
  assert.deepEqual(spec(files, "TLSStore", "default"), {
    defaultCertificate: { secretName: "default-certificate" },
    certificates: [{ secretName: "default-certificate" }],
  });
  const secret = objects(files).find(({ kind, metadata }) =>
    kind === "Secret" && metadata.name === "default-certificate"
  );
  assert.deepEqual(secret, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "default-certificate", namespace: "stack" },
    type: "kubernetes.io/tls",
    data: { "tls.crt": btoa(CERTIFICATE.certificate), "tls.key": btoa(CERTIFICATE.key) },
  });
  const named = convert({ defaultCertificate: { secret: "origin" } });
  assert.deepEqual(spec(named, "TLSStore", "default"), {
    defaultCertificate: { secretName: "origin" },
    certificates: [{ secretName: "origin" }],
  });
  assert.equal(objects(named).some(({ kind }) => kind === "Secret"), false);
});

Deno.test("without a decision the stack's own default certificate stays what it is", () => {
  assert.deepEqual(spec(convert({}), "TLSStore", "default"), {
    defaultCertificate: { secretName: "default-certificate" },
  });
  assert.equal(spec(convert({}, "tls: { options: {} }"), "TLSStore", "default"), undefined);
});
