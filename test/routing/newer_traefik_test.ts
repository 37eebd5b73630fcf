import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { traefikDecisions, type TraefikDecisionValues } from "../../lib/decisions/traefik.ts";
import type { ClusterTraefik } from "../../lib/kube/traefik/cluster_traefik.ts";
import { convertRouting } from "../../lib/kube/traefik/convert_routing.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { type ContainerCase, exposedPortsOf, projectOf } from "../traefik/stack_fixture.ts";

interface Input {
  readonly labels: Readonly<Record<string, string>>;
  readonly dynamic?: string;
  readonly fixed?: string;
  readonly image?: string;
  readonly decisions?: TraefikDecisionValues;
  readonly there?: ClusterTraefik;
}

interface Output {
  readonly specs: Readonly<Record<string, unknown>>;
  readonly findings: readonly Diagnostic[];
  readonly codes: readonly string[];
  readonly usesNewer: boolean;
  readonly flags: readonly string[];
}

const ROUTER = { "traefik.http.routers.web.rule": "Host(`web`)" };
const RETRY = {
  ...ROUTER,
  "traefik.http.routers.web.middlewares": "again",
  "traefik.http.middlewares.again.retry.attempts": "2",
  "traefik.http.middlewares.Again.Retry.Status": "503",
};
const ENTRY = "entryPoints: { web: { address: ':80' } }\n";

function converted({ labels, dynamic, fixed = ENTRY, image = "3.7.13", decisions, there }: Input): Output {
  const containers = new Map<string, ContainerCase>([["web", { labels }]]);
  const project = projectOf(containers, { version: image });
  const routing = readRouting({
    project,
    exposedPorts: exposedPortsOf(containers),
    files: {
      static: { file: "traefik.yml", text: fixed },
      dynamic: dynamic === undefined ? [] : [{ file: "dynamic.yml", text: dynamic }],
    },
  });
  const result = convertRouting({
    routing,
    project,
    namespace: "stack",
    decisions: traefikDecisions(decisions),
    serviceFor: (name, port) => ({ name, port }),
    ...(there === undefined ? {} : { there }),
  });
  const objects = [...result.routes.values(), result.otherRoutes, result.shared].flat();
  const findings = [...routing.findings, ...result.findings];
  return {
    specs: Object.fromEntries(
      objects.map(({ object }) => [`${object.kind} ${object.metadata.name}`, object["spec"]]),
    ),
    findings,
    codes: findings.map(({ code }) => code),
    usesNewer: result.usesNewer,
    flags: result.chartValues["additionalArguments"] as readonly string[],
  };
}

function said({ findings }: Output, code: string): Diagnostic {
  const found = findings.find((finding) => finding.code === code);
  if (found === undefined) throw new Error(`Nobody says ${code}`);
  return found;
}

Deno.test("a field that the cluster defines is carried, whatever version is assumed or decided", () => {
  const there = { fields: new Set(["Middleware.spec.retry.status"]) };
  for (const decisions of [{}, { version: "3.6.7" }]) {
    const result = converted({ labels: RETRY, there, decisions });
    deepStrictEqual(result.specs["Middleware again"], { retry: { attempts: 2, status: ["503"] } });
    ok(!result.codes.some((code) => code.startsWith("traefik-field") || code.startsWith("traefik-version")));
  }
});

Deno.test("a field that the cluster does not define is an error at its label, with the line that mends it", () => {
  const there = { fields: new Set(["Middleware.spec.retry.attempts"]), version: "3.6.12" };
  const finding = said(converted({ labels: RETRY, there }), "traefik-field-unknown");
  strictEqual(finding.severity, "error");
  deepStrictEqual(finding.span, { file: "web.yml", line: 4, column: 1 });
  ok(
    finding.message.includes("needs Traefik 3.7, and the cluster runs Traefik 3.6.12 without it"),
    finding.message,
  );
  ok(finding.hint?.includes('traefik: { version: "3.6" }'), finding.message);
});

Deno.test("who decides an older version goes without the field, said once", () => {
  for (const there of [undefined, { fields: new Set<string>() }]) {
    const result = converted({
      labels: RETRY,
      decisions: { version: "3.6" },
      ...(there === undefined ? {} : { there }),
    });
    strictEqual(said(result, "traefik-field-lost").severity, "warning");
    strictEqual(result.codes.filter((code) => code === "traefik-field-lost").length, 1);
    deepStrictEqual(result.specs["Middleware again"], { retry: { attempts: 2 } });
  }
});

Deno.test("without a cluster one question names all that waits for an answer", () => {
  const labels = { ...RETRY, "traefik.http.middlewares.again.retry.timeout": "5s" };
  const result = converted({ labels });
  const finding = said(result, "traefik-version-unknown");
  strictEqual(finding.severity, "question");
  strictEqual(finding.related?.length, 2);
  strictEqual(result.usesNewer, true);
  ok(!result.codes.includes("traefik-field-lost"));
});

Deno.test("what every Traefik 3 has asks nobody", () => {
  const labels = {
    ...ROUTER,
    "traefik.http.routers.web.middlewares": "b",
    "traefik.http.middlewares.b.compress": "true",
  };
  const result = converted({ labels });
  strictEqual(result.usesNewer, false);
  ok(!result.codes.includes("traefik-version-unknown"));
});

Deno.test("a Traefik of the stack that is older than a label refuses it, and all of the container", () => {
  const result = converted({ labels: RETRY, image: "3.6" });
  ok(said(result, "traefik-label-refused").message.includes('Traefik 3.6 has no field "status"'));
  deepStrictEqual(Object.keys(result.specs).filter((name) => name.startsWith("IngressRoute")), []);
  ok(!converted({ labels: RETRY, image: "3" }).codes.includes("traefik-label-refused"));
});

Deno.test("a middleware or a service is never open where the cluster lacks what closes it", () => {
  const there = { fields: new Set<string>(["Middleware.spec.addPrefix"]) };
  const closed = [
    {
      ...ROUTER,
      "traefik.http.routers.web.middlewares": "plain",
      "traefik.http.middlewares.plain.encodedcharacters.allowencodedslash": "true",
    },
    {
      ...ROUTER,
      "traefik.http.services.web.middlewares": "login",
      "traefik.http.services.web.loadbalancer.server.port": "80",
      "traefik.http.middlewares.login.basicauth.users": "a:$apr1$x",
    },
  ];
  for (const labels of closed) {
    const result = converted({ labels, there, decisions: { version: "3.6" } });
    strictEqual(result.specs["IngressRoute web"], undefined);
    ok(said(result, "traefik-field-lost").message.includes("stays closed"));
    ok(converted({ labels, decisions: { version: "3.7" } }).specs["IngressRoute web"] !== undefined);
  }
});

Deno.test("a failover by errors, and TLS towards servers, are what Traefik 3.7 has of them", () => {
  const dynamic = `
http:
  services:
    both: { failover: { service: main, fallback: spare, errors: { status: ["500-599"] } } }
    main: { loadBalancer: { serversTransport: strict, servers: [{ url: "https://web:80" }] } }
    spare: { loadBalancer: { servers: [{ url: "http://10.0.0.7:80" }] } }
    guarded: { weighted: { services: [{ name: main }] }, middlewares: [x] }
  serversTransports:
    strict: { minVersion: VersionTLS13, cipherSuites: [TLS_AES_128_GCM_SHA256] }
`;
  const labels = { ...ROUTER, "traefik.http.routers.web.service": "both@file" };
  const carried = converted({ labels, dynamic, decisions: { version: "3.7" } });
  const { failover } = carried.specs["TraefikService both"] as {
    failover: Record<string, { name?: string }>;
  };
  deepStrictEqual(failover["errors"], { maxRequestBodyBytes: -1, status: ["500-599"] });
  deepStrictEqual([failover["service"]?.name, failover["fallback"]?.name], ["web", "external-10-0-0-7-80"]);
  deepStrictEqual(carried.specs["ServersTransport strict"], {
    minVersion: "VersionTLS13",
    cipherSuites: ["TLS_AES_128_GCM_SHA256"],
  });
  const lost = converted({ labels, dynamic, decisions: { version: "3.6" } });
  strictEqual(lost.specs["IngressRoute web"], undefined);
  deepStrictEqual(lost.specs["ServersTransport strict"], {});
  const guarded = converted({
    labels: { ...ROUTER, "traefik.http.routers.web.service": "guarded@file" },
    dynamic,
    decisions: { version: "3.7" },
  });
  strictEqual(said(guarded, "traefik-service-unusable").severity, "error");
});

Deno.test("an argument that the cluster's Traefik would not start with is left out, by the version of its image", () => {
  const fixed = "entryPoints: { web: { address: ':80', http: { aliasHeadersStrategy: reject } } }\n";
  const flag = "--entrypoints.web.http.aliasheadersstrategy=reject";
  const newest = converted({ labels: ROUTER, fixed, there: { version: "3.7.13" } });
  ok(newest.flags.includes(flag));
  const older = converted({ labels: ROUTER, fixed, there: { version: "3.7.11" } });
  ok(!older.flags.includes(flag));
  strictEqual(said(older, "traefik-field-unknown").severity, "error");
  strictEqual(said(converted({ labels: ROUTER, fixed }), "traefik-version-unknown").severity, "question");
});

Deno.test("a cluster that does not say its version was asked all the same, and only a decision helps", () => {
  const fixed = "entryPoints: { web: { address: ':80', http: { aliasHeadersStrategy: reject } } }\n";
  for (const there of [{}, { fields: new Set<string>() }]) {
    const { message, hint = "" } = said(
      converted({ labels: ROUTER, fixed, there }),
      "traefik-version-unknown",
    );
    ok(message.includes("no Deployment of Traefik in the cluster says which version"), message);
    ok(hint.startsWith('Add to decisions.yaml: traefik: { version: "3.7.12" }'), hint);
    ok(!hint.includes("--kubeconfig"), hint);
  }
});

Deno.test("where the definitions may not be read, the version that runs tells what it has", () => {
  const carried = converted({ labels: RETRY, there: { version: "3.7.13" } });
  deepStrictEqual(carried.specs["Middleware again"], { retry: { attempts: 2, status: ["503"] } });
  const finding = said(converted({ labels: RETRY, there: { version: "3.6.7" } }), "traefik-field-unknown");
  ok(finding.message.includes("runs Traefik 3.6.7 without it"), finding.message);
});

Deno.test("the definitions of every version have sameSite in lower case", () => {
  const labels = { ...ROUTER, "traefik.http.services.web.loadbalancer.sticky.cookie.samesite": "None" };
  const { specs, usesNewer } = converted({ labels });
  ok(JSON.stringify(specs["IngressRoute web"]).includes('"sameSite":"none"'));
  strictEqual(usesNewer, false);
});
