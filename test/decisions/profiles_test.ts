import assert from "node:assert/strict";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { decisionsJsonSchema } from "../../lib/decisions/json_schema.ts";

const FILE = "decisions.yaml";

const TEXT = `
namespace: prod
storageId: main-01
variables: { DOMAIN: prod.example, PORT: 80 }
limits: { default: { cpu: "4", requestCpu: 20m }, quota: { pods: "50" } }
storage: { ./data/db: { size: 100Gi, storageId: main-02 } }
traefik: { entryPoints: { secure: { tls: true, certResolver: default } } }
databases:
  db:
    engine: mariadb
    admin: { user: root, password: db.ROOT }
    databases: { shop: {}, old: {} }
profiles:
  small:
    variables: { DOMAIN: small.localhost }
    storageId: null
    limits: { default: { cpu: null, requestCpu: 1m }, quota: null }
    storage: { ./data/db: { storageId: null } }
    traefik: { entryPoints: { secure: { certResolver: null } } }
    databases: { db: { databases: { old: null } } }
  tiny: { from: small, namespace: tiny, limits: null }
  broken: { databases: { db: { engine: null } } }
  lost: { from: smal }
  a: { from: b, namespace: a }
  b: { from: [a], storageClass: b }
`;

Deno.test("null in a profile takes the base's value away, at any depth, and nothing else", () => {
  const { decisions, diagnostics } = parseDecisions(TEXT, FILE, ["small"]);
  assert.deepEqual(diagnostics, []);
  assert.equal("storageId" in decisions, false);
  assert.deepEqual({ ...decisions.limits }, { default: { requestCpu: "1m" } });
  assert.deepEqual({ ...decisions.storage }, { "./data/db": { size: "100Gi" } });
  assert.deepEqual(decisions.traefik?.entryPoints, { secure: { tls: true } });
  assert.deepEqual(decisions.databases?.["db"]?.databases, { shop: {} });
  assert.equal(decisions.databases?.["db"]?.engine, "mariadb");
  assert.deepEqual({ ...decisions.variables }, { DOMAIN: "small.localhost", PORT: "80" });
  assert.equal(parseDecisions(TEXT, FILE).decisions.storageId, "main-01", "the base is as it was");
});

Deno.test("null that takes away nothing leaves no trace", () => {
  const { decisions, diagnostics } = parseDecisions(
    "profiles: { p: { access: null, storage: { ./x: { size: null, path: /y } } } }",
    FILE,
    ["p"],
  );
  assert.deepEqual(diagnostics, []);
  assert.equal("access" in decisions, false);
  assert.deepEqual({ ...decisions.storage }, { "./x": { path: "/y" } });
});

Deno.test("a profile is laid over those that it builds on, and a circle ends", () => {
  const { decisions } = parseDecisions(TEXT, FILE, ["tiny"]);
  assert.equal(decisions.namespace, "tiny");
  assert.equal("limits" in decisions, false);
  assert.equal(decisions.variables?.["DOMAIN"], "small.localhost");
  assert.equal(decisions.span(["variables", "DOMAIN"])?.line, 15);
  const circle = parseDecisions(TEXT, FILE, ["a"]);
  assert.deepEqual(circle.diagnostics, []);
  assert.deepEqual([circle.decisions.namespace, circle.decisions.storageClass], ["a", "b"]);
});

Deno.test("what a profile took away and the whole needs is an error at the profile's line", () => {
  const { diagnostics } = parseDecisions(TEXT, FILE, ["broken"]);
  assert.deepEqual(diagnostics.map(({ code, span }) => [code, span?.line]), [["kube-decisions-value", 22]]);
  assert.match(diagnostics[0]?.message ?? "", /"databases\.db\.engine"/);
});

Deno.test("a profile that builds on one that does not exist is an error with the nearest", () => {
  const [only, ...others] = parseDecisions(TEXT, FILE, ["lost"]).diagnostics;
  assert.deepEqual(others, []);
  assert.equal(only?.code, "kube-decisions-profile");
  assert.equal(only?.span?.line, 23);
  assert.match(only?.hint ?? "", /"small"/);
});

Deno.test("null is no value outside of profiles, and a profile's keys are checked like the base's", () => {
  for (const text of ["storageId: null", "limits: { quota: null }", "storage: { ./x: { size: ~ } }"]) {
    assert.equal(parseDecisions(text, FILE).diagnostics[0]?.code, "kube-decisions-value", text);
  }
  const [first] = parseDecisions("profiles: { p: { servises: null } }", FILE).diagnostics;
  assert.equal(first?.code, "kube-decisions-unknown-key");
  assert.match(first?.hint ?? "", /"services"/);
});

Deno.test("the JSON Schema allows null in profiles only", () => {
  const schema = JSON.parse(decisionsJsonSchema());
  const allowsNull = (part: unknown): boolean => JSON.stringify(part).includes('"type":"null"');
  const { profiles, ...base } = schema.properties;
  assert.equal(allowsNull(base), false);
  const profile = profiles.additionalProperties.properties;
  for (const key of ["storageId", "limits", "access", "traefik"]) assert.ok(allowsNull(profile[key]), key);
  assert.equal(profile.databases.anyOf[0].additionalProperties.anyOf[0].required, undefined);
});
