import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import type { Port } from "../../compose/project.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { convertRouting, type RoutingConversion } from "../../lib/kube/traefik/convert_routing.ts";
import { probeFromRouting } from "../../lib/kube/traefik/health_probe.ts";
import { traefikDecisions, type TraefikDecisionValues } from "../../lib/decisions/traefik.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { type ContainerCase, exposedPortsOf, projectOf } from "../traefik/stack_fixture.ts";

type Json = Record<string, unknown>;

interface Input {
  readonly services: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly static?: string;
  readonly dynamic?: string;
  readonly decisions?: TraefikDecisionValues;
  readonly version?: string;
  readonly acme?: string;
  readonly texts?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly Port[];
  readonly sharesTraefik?: boolean;
}

const staticText = "entryPoints: { web: { address: ':80' }, secure: { address: ':443' } }\n";

function converted(input: Input): RoutingConversion & { readonly all: readonly Diagnostic[] } {
  const containers = new Map<string, ContainerCase>(
    Object.entries(input.services).map(([name, labels]) => [name, { labels }]),
  );
  const project = projectOf(containers, input);
  const routing = readRouting({
    project,
    exposedPorts: exposedPortsOf(containers),
    files: {
      static: { file: "traefik.yml", text: input.static ?? staticText },
      dynamic: input.dynamic === undefined ? [] : [{ file: "dynamic.yml", text: input.dynamic }],
      textAt: (path) => input.texts?.[path],
    },
  });
  const result = convertRouting({
    routing,
    project,
    namespace: "stack",
    decisions: traefikDecisions(input.decisions),
    serviceFor: (service, port) => ({ name: service, port }),
    storedAt: (path) =>
      input.acme === undefined
        ? { kind: "nothing" }
        : { kind: "text", text: { file: path, text: input.acme } },
    ...(input.sharesTraefik === undefined ? {} : { sharesTraefik: input.sharesTraefik }),
  });
  return { ...result, all: [...routing.findings, ...result.findings] };
}

function objects(result: RoutingConversion): KubeObject[] {
  return [...result.routes.values(), result.otherRoutes, result.shared].flat().map(({ object }) => object);
}

function spec(result: RoutingConversion, kind: string, name: string): Json | undefined {
  return objects(result).find((object) => object.kind === kind && object.metadata.name === name)?.["spec"] as
    | Json
    | undefined;
}

const web = { "traefik.http.routers.web.rule": "Host(`a`)", "traefik.http.routers.web.entrypoints": "web" };

Deno.test("convertRouting() writes everything out that the cluster would guess", () => {
  deepStrictEqual(spec(converted({ services: { web } }), "IngressRoute", "web"), {
    entryPoints: ["web"],
    routes: [{
      kind: "Rule",
      match: "Host(`a`)",
      services: [{ name: "web", port: 80, scheme: "http", passHostHeader: true }],
    }],
  });
});

Deno.test("convertRouting() puts users into an Opaque Secret, and their hashes nowhere else", () => {
  const hash = "$2y$05$abcdefghijklmnopqrstuv";
  const result = converted({
    services: {
      web: { ...web, "traefik.http.middlewares.auth.basicauth.users": `ann:${hash},bob:${hash}x` },
    },
  });
  const secret = objects(result).find(({ kind }) => kind === "Secret");
  strictEqual(secret?.["type"], "Opaque");
  deepStrictEqual(Object.keys(secret?.["data"] as Json).length, 1);
  strictEqual(atob(String(Object.values(secret?.["data"] as Json)[0])), `ann:${hash}\nbob:${hash}x`);
  const elsewhere = JSON.stringify([objects(result).filter(({ kind }) => kind !== "Secret"), result.all]);
  ok(!elsewhere.includes(hash));
});

Deno.test("convertRouting() keeps the place of a rewritten rule among the others", () => {
  const rule = "HostRegexp(`{any:.*}`)";
  const result = converted({
    services: { web: { ...web, "traefik.http.routers.web.rule": rule } },
    version: "2.7.1",
  });
  const [route] = spec(result, "IngressRoute", "web")?.["routes"] as Json[];
  deepStrictEqual([route?.["match"], route?.["priority"]], ["HostRegexp(`^.*$`)", rule.length]);
});

Deno.test("convertRouting() resolves references between providers", () => {
  const result = converted({
    services: {
      web: {
        ...web,
        "traefik.http.routers.web.middlewares": "both@file",
        "traefik.http.middlewares.one.addprefix.prefix": "/x",
      },
    },
    dynamic:
      "http: { middlewares: { both: { chain: { middlewares: [one@docker, two] } }, two: { stripPrefix: { prefixes: [/y] } } } }\n",
  });
  deepStrictEqual(spec(result, "Middleware", "both"), {
    chain: { middlewares: [{ name: "one" }, { name: "two" }] },
  });
  const [route] = spec(result, "IngressRoute", "web")?.["routes"] as Json[];
  deepStrictEqual(route?.["middlewares"], [{ name: "both" }]);
});

const withoutRoute: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  [
    "a middleware that does not exist",
    { "traefik.http.routers.web.middlewares": "nope" },
    "traefik-middleware-missing",
  ],
  ["a middleware without a type", {
    "traefik.http.routers.web.middlewares": "m",
    "traefik.http.middlewares.m.compress": "false",
  }, "traefik-middleware-invalid"],
  [
    "a service that does not exist",
    { "traefik.http.routers.web.service": "nope@file" },
    "traefik-service-unknown",
  ],
  ["a rule that cannot be read", { "traefik.http.routers.web.rule": "Host(`a`" }, "traefik-rule-refused"],
  [
    "an entry point that does not exist",
    { "traefik.http.routers.web.entrypoints": "nope" },
    "traefik-entry-point-unknown",
  ],
  [
    "a port that is no number",
    { "traefik.http.services.s.loadbalancer.server.port": "http" },
    "traefik-server-unusable",
  ],
];

Deno.test("convertRouting() makes no route where Traefik would not route, and says why", () => {
  for (const [why, labels, code] of withoutRoute) {
    const result = converted({ services: { web: { ...web, ...labels } } });
    strictEqual(spec(result, "IngressRoute", "web"), undefined, why);
    const found = result.all.find((finding) => finding.code === code);
    ok(
      found?.span !== undefined && found.hint !== undefined,
      `${why}: ${result.all.map((finding) => finding.code)}`,
    );
    strictEqual(found.severity, "warning");
  }
});

Deno.test("convertRouting() asks about plain HTTP on port 443 until it is decided", () => {
  const services = { web: { ...web, "traefik.http.routers.web.entrypoints": "secure" } };
  const asks = (decisions: TraefikDecisionValues): boolean =>
    converted({ services, decisions }).findings.some(({ code, severity }) =>
      code === "traefik-plain-http" && severity === "question"
    );
  deepStrictEqual(
    [
      asks({}),
      asks({ entryPoints: { secure: { tls: true } } }),
      asks({ entryPoints: { secure: { tls: false } } }),
    ],
    [true, false, false],
  );
});

Deno.test("convertRouting() says in the chart's values whether the entry point has TLS", () => {
  const services = { web };
  const tls = (decisions: TraefikDecisionValues): unknown =>
    (converted({ services, decisions }).chartValues["additionalArguments"] as string[]).filter((flag) =>
      flag.includes("http.tls")
    );
  deepStrictEqual(tls({}), ["--entrypoints.websecure.http.tls=false"]);
  deepStrictEqual(tls({ entryPoints: { secure: { certResolver: "le" } } }), [
    "--entrypoints.websecure.http.tls=true",
    "--entrypoints.websecure.http.tls.certresolver=le",
  ]);
});

Deno.test("convertRouting() keeps the ways of Traefik 2 where Traefik 3 differs", () => {
  const labels = {
    ...web,
    "traefik.http.middlewares.strip.stripprefix.prefixes": "/x",
    "traefik.http.middlewares.zip.compress": "true",
    "traefik.http.middlewares.head.headers.sslredirect": "true",
    "traefik.http.routers.web.middlewares": "strip,zip,head",
  };
  const kept = converted({ services: { web: labels }, version: "2.7.1" });
  deepStrictEqual(spec(kept, "Middleware", "strip"), { stripPrefix: { prefixes: ["/x"], forceSlash: true } });
  deepStrictEqual(spec(kept, "Middleware", "zip"), { compress: { encodings: ["gzip"] } });
  deepStrictEqual(spec(kept, "Middleware", "head-ssl"), {
    redirectScheme: { scheme: "https", permanent: true },
  });
  const [route] = spec(kept, "IngressRoute", "web")?.["routes"] as Json[];
  deepStrictEqual((route?.["middlewares"] as { name: string }[]).map(({ name }) => name), [
    "detect-content-type",
    "strip",
    "zip",
    "head-ssl",
    "head",
  ]);
  ok(
    (kept.chartValues["additionalArguments"] as string[]).includes(
      "--entrypoints.web.http.encodequerysemicolons=true",
    ),
  );

  const left = converted({ services: { web: labels }, version: "2.7.1", decisions: { keepVersion2: false } });
  deepStrictEqual(spec(left, "Middleware", "strip"), { stripPrefix: { prefixes: ["/x"] } });
  strictEqual(spec(left, "Middleware", "detect-content-type"), undefined);
  ok(left.findings.some(({ code }) => code === "traefik-version-2-differs"));
});

const ofTheirTime: readonly (readonly [string, boolean, boolean])[] = [
  ["2.7.1", true, true],
  ["2.6", true, true],
  ["2.7", false, true],
  ["2.10", false, true],
  ["2.11.1", false, true],
  ["2.11", false, false],
  ["2", false, false],
  ["3.0", false, false],
];

Deno.test("convertRouting() keeps of Traefik 2 what its version did", () => {
  for (const [version, semicolons, timeless] of ofTheirTime) {
    const flags = converted({ services: { web }, version }).chartValues["additionalArguments"] as string[];
    strictEqual(flags.includes("--entrypoints.web.http.encodequerysemicolons=true"), semicolons, version);
    strictEqual(
      flags.includes("--entrypoints.web.transport.respondingtimeouts.readtimeout=0"),
      timeless,
      version,
    );
  }
});

Deno.test("convertRouting() gives a service without servers a Service without pods", () => {
  const result = converted({
    services: {},
    dynamic:
      "http: { routers: { r: { rule: 'Host(`a`)', service: none } }, services: { none: { loadBalancer: { servers: {} } } } }\n",
  });
  deepStrictEqual(spec(result, "Service", "none"), { ports: [{ name: "http", port: 80, protocol: "TCP" }] });
  strictEqual(result.otherRoutes.length, 1);
});

Deno.test("convertRouting() leads to hosts outside by name and by address", () => {
  const result = converted({
    services: {},
    dynamic:
      "http: { routers: { r: { rule: 'Host(`a`)', service: s } }, services: { s: { loadBalancer: { servers: " +
      "[{ url: 'https://x.example:8443' }, { url: 'http://192.0.2.7' }] } } } }\n",
  });
  const [route] = spec(result, "IngressRoute", "r")?.["routes"] as Json[];
  deepStrictEqual((route?.["services"] as Json[]).map(({ name, port, scheme }) => [name, port, scheme]), [
    ["external-x-example-8443", 8443, "https"],
    ["external-192-0-2-7-80", 80, "http"],
  ]);
  strictEqual(spec(result, "Service", "external-x-example-8443")?.["type"], "ExternalName");
  ok(objects(result).some(({ kind }) => kind === "EndpointSlice"));
});

Deno.test("names outside are allowed only where a route leads to one, other projects share Traefik, or by decision", () => {
  const dynamic = (host: string): string =>
    "http: { routers: { r: { rule: 'Host(`a`)', service: s } }, services: { s: { loadBalancer: { servers: " +
    `[{ url: 'http://${host}' }] } } } }\n`;
  const allowed = (result: RoutingConversion): unknown =>
    (result.chartValues["providers"] as { kubernetesCRD: Json }).kubernetesCRD["allowExternalNameServices"];
  const byAddress = converted({ services: { web }, dynamic: dynamic("192.0.2.7") });
  strictEqual(allowed(byAddress), undefined);
  ok(!byAddress.findings.some(({ code }) => code === "traefik-external-name"));
  const byName = converted({ services: { web }, dynamic: dynamic("x.example") });
  strictEqual(allowed(byName), true);
  strictEqual(byName.findings.filter(({ code }) => code === "traefik-external-name").length, 1);
  const decided = { externalNames: true };
  strictEqual(allowed(converted({ services: { web }, decisions: decided })), true);
  strictEqual(allowed(converted({ services: { web }, sharesTraefik: true })), true);
  const forbidden = { externalNames: false };
  strictEqual(
    allowed(converted({ services: { web }, dynamic: dynamic("x"), decisions: forbidden })),
    undefined,
  );
});

Deno.test("convertRouting() reads certificates and users from the files that are named", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const result = converted({
    services: { web: { ...web, "traefik.http.middlewares.auth.basicauth.usersfile": "/etc/users" } },
    dynamic:
      "tls: { certificates: [{ certFile: /c.pem, keyFile: /k.pem }], options: { default: { sniStrict: true } } }\n",
    texts: {
      "/c.pem": pem,
      "/k.pem": pem.replaceAll("CERTIFICATE", "PRIVATE KEY"),
      "/etc/users": "# people\nann:x\n\n",
    },
  });
  deepStrictEqual(spec(result, "TLSStore", "default"), { certificates: [{ secretName: "certificate-0" }] });
  deepStrictEqual(spec(result, "TLSOption", "default"), { sniStrict: true });
  const users = objects(result).find(({ metadata }) => metadata.name === "auth-users");
  strictEqual(atob(String((users?.["data"] as Json)["users"])), "ann:x");
});

const acmeStatic = `${staticText}certificatesResolvers:
  le:
    acme:
      email: a@b.example
      storage: /etc/traefik/acme.json
      dnsChallenge: { provider: cloudflare, resolvers: ["1.1.1.1:53"] }
`;

Deno.test("convertRouting() keeps the resolver by its name, its token in a Secret, its storage on a volume", () => {
  const token = "very-secret-token";
  const result = converted({
    services: { web },
    static: acmeStatic,
    acme: '{"le":{"Account":{}}}',
    environment: { CF_DNS_API_TOKEN: token, OTHER: "x" },
  });
  const values = result.chartValues;
  const flags = (values["additionalArguments"] as string[]).filter((flag) =>
    flag.startsWith("--certificatesresolvers.")
  );
  deepStrictEqual(flags, [
    "--certificatesresolvers.le.acme.dnschallenge.provider=cloudflare",
    "--certificatesresolvers.le.acme.dnschallenge.resolvers=1.1.1.1:53",
    "--certificatesresolvers.le.acme.email=a@b.example",
    "--certificatesresolvers.le.acme.storage=/data/acme.json",
  ]);
  deepStrictEqual((values["env"] as Json[]).map(({ name }) => name), ["CF_DNS_API_TOKEN"]);
  ok(!JSON.stringify([values, result.all]).includes(token));
  const secrets = objects(result).filter(({ kind }) => kind === "Secret").map(({ metadata }) => metadata);
  deepStrictEqual(secrets.map(({ name, namespace }) => `${namespace}/${name}`), [
    "kube-system/traefik-dns-provider",
    "kube-system/traefik-acme",
  ]);
  const chart = spec(result, "HelmChartConfig", "traefik");
  deepStrictEqual(parse(String(chart?.["valuesContent"])), JSON.parse(JSON.stringify(values)));
});

Deno.test("convertRouting() asks for the credentials of a DNS challenge", () => {
  const found = converted({ services: { web }, static: acmeStatic }).findings.find(({ code }) =>
    code === "traefik-dns-credentials"
  );
  strictEqual(found?.severity, "question");
});

Deno.test("convertRouting() leaves the chart alone where the cluster runs its own", () => {
  const result = converted({
    services: { web },
    decisions: { mode: "external", entryPoints: { secure: { tls: true } } },
  });
  strictEqual(spec(result, "HelmChartConfig", "traefik"), undefined);
  const values = objects(result).find(({ kind, metadata }) =>
    kind === "ConfigMap" && metadata.name === "ingress-chart-values"
  );
  deepStrictEqual(
    parse(String((values?.["data"] as Json)["values.yaml"])),
    JSON.parse(JSON.stringify(result.chartValues)),
  );
});

Deno.test("convertRouting() lets an entry point redirect to the port that the world sees", () => {
  const result = converted({
    services: { web },
    static:
      "entryPoints: { web: { address: ':80', http: { redirections: { entryPoint: { to: secure, scheme: https } } } }, " +
      "secure: { address: ':443', http3: {} } }\n",
  });
  const flags = (result.chartValues["additionalArguments"] as string[]).filter((flag) =>
    flag.includes(".redirections.")
  );
  deepStrictEqual(flags, [
    "--entrypoints.web.http.redirections.entrypoint.to=:443",
    "--entrypoints.web.http.redirections.entrypoint.scheme=https",
  ]);
  const ports = result.chartValues["ports"] as Record<string, Json>;
  deepStrictEqual(ports["websecure"]?.["http3"], { enabled: true, advertisedPort: 443 });
});

Deno.test("convertRouting() lets an entry point behind a router redirect to the port in the other one's address", () => {
  const result = converted({
    services: { web },
    static:
      "entryPoints: { web: { address: ':80', http: { redirections: { entryPoint: { to: secure } } } }, " +
      "secure: { address: ':443' } }\n",
    ports: [
      { target: 80, published: "8080", protocol: "tcp" },
      { target: 443, published: "8443", protocol: "tcp" },
    ],
  });
  const flags = result.chartValues["additionalArguments"] as string[];
  ok(flags.includes("--entrypoints.web.http.redirections.entrypoint.to=:443"), flags.join(" "));
});

Deno.test("convertRouting() says what Traefik or the cluster's version would do otherwise", () => {
  const codes = (labels: Readonly<Record<string, string>>, more: Partial<Input> = {}): string[] =>
    converted({ services: { web: { ...web, ...labels } }, ...more }).findings.map(({ code }) => code);
  ok(codes({ "traefik.http.routers.web.tls.certresolver": "nope" }).includes("traefik-resolver-unknown"));
  ok(
    !codes({ "traefik.http.routers.web.tls.certresolver": "le" }, { static: acmeStatic }).includes(
      "traefik-resolver-unknown",
    ),
  );
  const hrw = { "traefik.http.services.s.loadbalancer.strategy": "hrw" };
  ok(codes(hrw, { decisions: { version: "3.5.1" } }).includes("traefik-field-lost"));
  ok(!codes(hrw, { decisions: { version: "3.6.0" } }).includes("traefik-field-lost"));
  const twice =
    "http: { routers: { r: { rule: 'Host(`a`)', service: w } }, services: { w: { weighted: { services: [{ name: x }, { name: y }] } }, " +
    "x: { loadBalancer: { servers: [{ url: 'http://web:80' }] } }, y: { loadBalancer: { passHostHeader: false, servers: [{ url: 'http://web:80' }] } } } }\n";
  ok(codes({}, { dynamic: twice }).includes("traefik-field-lost"));
  ok(!codes({}, { dynamic: twice.replace("passHostHeader: false, ", "") }).includes("traefik-field-lost"));
});

/** What a route of a dynamic file with two servers becomes where the service is a part of another. */
function partOf(service: string): { readonly whole: Json; readonly part: Json } {
  const result = converted({
    services: { web, other: {}, can: {} },
    dynamic: "http: { routers: { r: { rule: 'Host(`a`)', service: whole } }, services: { " +
      "app: { loadBalancer: { servers: [{ url: 'http://web:80', weight: 3 }, { url: 'http://other:80' }] } }, " +
      `can: { loadBalancer: { servers: [{ url: 'http://can:80' }] } }, whole: { ${service} } } }\n`,
  });
  const specOf = (name: string): Json => spec(result, "TraefikService", name) ?? {};
  return { whole: specOf("whole"), part: specOf("app") };
}

Deno.test("a part with several servers is one part, in a weighted service, a mirroring and a hashed one", () => {
  const app = { kind: "TraefikService", name: "app" };
  const split = partOf("weighted: { services: [{ name: app, weight: 9 }, { name: can, weight: 1 }] }");
  const parts = (split.whole["weighted"] as { services: Json[] }).services;
  deepStrictEqual(parts.map(({ kind, name, weight }) => [kind, name, weight]), [
    ["TraefikService", "app", 9],
    [undefined, "can", 1],
  ]);
  deepStrictEqual(
    (split.part["weighted"] as { services: Json[] }).services.map(({ name, weight }) => [name, weight]),
    [["web", 3], ["other", 1]],
  );
  const mirrored = partOf("mirroring: { service: app, mirrors: [{ name: app, percent: 10 }] }");
  const { kind, name, mirrors } = mirrored.whole["mirroring"] as Json;
  deepStrictEqual({ kind, name, mirrors }, { ...app, mirrors: [{ ...app, percent: 10 }] });
  const hashed = partOf("highestRandomWeight: { services: [{ name: app, weight: 2 }] }");
  deepStrictEqual(hashed.whole["highestRandomWeight"], { services: [{ ...app, weight: 2 }] });
});

Deno.test("the path of a server's URL is lost where preservePath made something of it, and only there", () => {
  const codes = (server: string): string[] =>
    converted({
      services: { web },
      dynamic:
        "http: { routers: { r: { rule: 'Host(`a`)', service: s } }, services: { s: { loadBalancer: { " +
        `servers: [{ ${server} }] } } } }\n`,
    }).findings.map(({ code }) => code).filter((code) => /lost$/.test(code));
  deepStrictEqual(codes("url: 'http://web:80/base'"), []);
  deepStrictEqual(codes("url: 'http://web:80/', preservePath: true"), []);
  deepStrictEqual(codes("url: 'http://web:80/base', preservePath: true"), ["traefik-server-path-lost"]);
});

Deno.test("probeFromRouting() makes a readiness probe of Traefik's health check", () => {
  const check = "traefik.http.services.s.loadbalancer.healthcheck";
  const containers = new Map<string, ContainerCase>([["web", {
    labels: {
      ...web,
      "traefik.http.services.s.loadbalancer.server.port": "8080",
      [`${check}.path`]: "/health",
      [`${check}.interval`]: "1500ms",
      [`${check}.hostname`]: "web.example",
      [`${check}.headers.X-Probe`]: "1",
      [`${check}.status`]: "204",
    },
  }]]);
  const project = projectOf(containers);
  const routing = readRouting({ project, exposedPorts: () => [], files: { dynamic: [] } });
  deepStrictEqual(probeFromRouting(routing, "web"), {
    httpGet: {
      path: "/health",
      port: 8080,
      scheme: "HTTP",
      httpHeaders: [{ name: "X-Probe", value: "1" }, { name: "Host", value: "web.example" }],
    },
    periodSeconds: 2,
    timeoutSeconds: 5,
    failureThreshold: 1,
  });
  strictEqual(probeFromRouting(routing, "proxy"), undefined);
  const labels = containers.get("web")?.labels ?? {};
  const found = converted({ services: { web: labels } }).findings.find(({ code }) =>
    code === "traefik-healthcheck-replaced"
  );
  ok(
    found?.message.includes("readiness probe") && found.message.includes(`"status"`),
    found?.message ?? "no finding",
  );
});

Deno.test("convertRouting() says once that servers outside are not checked, for all routes to them", () => {
  const dynamic = `
http:
  routers:
    one: { rule: "Host(\`one.example\`)", service: nas }
    two: { rule: "Host(\`two.example\`)", service: nas }
    own: { rule: "Host(\`own.example\`)", service: own }
  services:
    nas: { loadBalancer: { servers: [{ url: "http://192.168.1.6:5000" }, { url: "http://nas.example" }], healthCheck: { path: / } } }
    own: { loadBalancer: { servers: [{ url: "http://web:8080" }], healthCheck: { path: / } } }
`;
  const { findings } = converted({ services: { web }, dynamic });
  const said = findings.filter(({ code }) => code === "traefik-healthcheck-replaced").map(({ message }) =>
    message
  );
  deepStrictEqual(said, [
    `Traefik's health check of the service "nas@file" is lost for its servers outside the cluster: one that does not ` +
    "answer still gets its share of the requests",
    `Traefik's health check of the service "own@file" is not Traefik's work in the cluster: the readiness of its pods ` +
    "takes its place",
  ]);
});

Deno.test("convertRouting() remarks on the weight of a server that is alone", () => {
  const label = { "traefik.http.services.web.loadbalancer.server.weight": "3" };
  const { findings } = converted({ services: { web: { ...web, ...label } } });
  deepStrictEqual(
    findings.filter(({ code }) => code === "traefik-field-lost").map((
      { severity, message },
    ) => [severity, message]),
    [[
      "info",
      'The field "weight" of the one server of "web@docker" is not carried: it weighs servers against each other',
    ]],
  );
});

Deno.test("convertRouting() warns of a secret in a header, and does not repeat it", () => {
  const value = "Bearer abcdef";
  const result = converted({
    services: {
      web: { ...web, "traefik.http.middlewares.h.headers.customrequestheaders.Authorization": value },
    },
  });
  const found = result.findings.find(({ code }) => code === "traefik-secret-in-route");
  ok(found !== undefined && !JSON.stringify(result.all).includes(value));
});

Deno.test("convertRouting() does not take the Service of a compose service for an empty one", () => {
  const result = converted({
    services: { none: web },
    dynamic:
      "http: { routers: { r: { rule: 'Host(`a`)', service: none } }, services: { none: { loadBalancer: { servers: {} } } } }\n",
  });
  const [route] = spec(result, "IngressRoute", "r")?.["routes"] as Json[];
  strictEqual((route?.["services"] as Json[])[0]?.["name"], "none-empty");
});

Deno.test("convertRouting() switches the dashboard on where a route leads to it", () => {
  const flags = (labels: Readonly<Record<string, string>>): unknown =>
    converted({ services: { web: { ...web, ...labels } } }).chartValues["additionalArguments"];
  ok(
    (flags({ "traefik.http.routers.web.service": "api@internal" }) as string[]).includes(
      "--api.dashboard=true",
    ),
  );
  ok(!(flags({}) as string[]).includes("--api.dashboard=true"));
});

Deno.test("convertRouting() goes by the ports that compose publishes, and exposes no others", () => {
  const result = converted({
    services: { web: { ...web, "traefik.http.routers.web.entrypoints": "plain" } },
    static:
      "entryPoints: { plain: { address: ':8000', http: { redirections: { entryPoint: { to: tls } } } }, " +
      "tls: { address: ':8443' }, metrics: { address: ':8082' }, mail: { address: ':2525' } }\n",
    ports: [
      { target: 8000, published: "80", protocol: "tcp" },
      { target: 8443, published: "443", protocol: "tcp" },
      { target: 2525, published: "25", protocol: "tcp" },
    ],
  });
  deepStrictEqual(spec(result, "IngressRoute", "web")?.["entryPoints"], ["web"]);
  const ports = result.chartValues["ports"] as Record<string, Json>;
  deepStrictEqual(
    Object.entries(ports).map(([name, { exposedPort, expose }]) => [name, exposedPort, expose]),
    [
      ["mail", 25, { default: true }],
      ["metrics", 8082, { default: false }],
      ["web", 80, undefined],
      ["websecure", 443, undefined],
    ],
  );
  ok(
    (result.chartValues["additionalArguments"] as string[]).includes(
      "--entrypoints.web.http.redirections.entrypoint.to=:443",
    ),
  );
});

Deno.test("convertRouting() names middlewares of entry points as the cluster's provider does", () => {
  const result = converted({
    services: { web },
    static: "entryPoints: { web: { address: ':80', http: { middlewares: [m@file, nope@file] } } }\n",
    dynamic: "http: { middlewares: { m: { addPrefix: { prefix: /x } } } }\n",
  });
  const flags = (result.chartValues["additionalArguments"] as string[]).filter((flag) =>
    flag.includes(".middlewares=")
  );
  deepStrictEqual(flags, ["--entrypoints.web.http.middlewares=stack-m@kubernetescrd"]);
  ok(result.findings.some(({ code }) => code === "traefik-middleware-missing"));
});

Deno.test("convertRouting() writes the slash before a prefix that Traefik adds and the cluster asks for", () => {
  const result = converted({
    services: {
      web: {
        ...web,
        "traefik.http.middlewares.one.addprefix.prefix": "app",
        "traefik.http.middlewares.two.addprefix.prefix": "/app",
      },
    },
  });
  deepStrictEqual(spec(result, "Middleware", "one"), { addPrefix: { prefix: "/app" } });
  deepStrictEqual(spec(result, "Middleware", "two"), { addPrefix: { prefix: "/app" } });
});

Deno.test("convertRouting() makes routes of published ports", () => {
  const containers = new Map<string, ContainerCase>([["lobby", { labels: {} }]]);
  const project = projectOf(containers);
  const routing = readRouting({ project, exposedPorts: () => [], files: { dynamic: [] } });
  const result = convertRouting({
    routing,
    project,
    namespace: "stack",
    decisions: traefikDecisions(),
    serviceFor: (name, port) => ({ name, port }),
    published: [{ service: "lobby", port: 8001, protocol: "TCP", hostPort: 8002, entryPoint: "lobby" }],
  });
  deepStrictEqual(spec(result, "IngressRouteTCP", "lobby-8002"), {
    entryPoints: ["lobby"],
    routes: [{ match: "HostSNI(`*`)", services: [{ name: "lobby", port: 8001 }] }],
  });
  deepStrictEqual((result.chartValues["ports"] as Record<string, Json>)["lobby"]?.["exposedPort"], 8002);
});

Deno.test("convertRouting() gives the same bytes for the same input", () => {
  const input = { services: { a: web, b: { "traefik.http.routers.b.rule": "Host(`b`)" } }, version: "2.7.1" };
  strictEqual(JSON.stringify(objects(converted(input))), JSON.stringify(objects(converted(input))));
});
