import assert from "node:assert/strict";
import { noDecisions, parseDecisions } from "../../lib/decisions/decisions.ts";
import { decisionsJsonSchema } from "../../lib/decisions/json_schema.ts";

const FILE = "decisions.yaml";

Deno.test("parseDecisions() gives typed values and their places", () => {
  const { decisions, diagnostics } = parseDecisions(
    'namespace: faf\nservices:\n  web:\n    ports: [80, "53/udp"]\nstorage:\n  ./data/db: { size: 5Gi }\n',
    FILE,
  );
  assert.deepEqual(diagnostics, []);
  assert.equal(decisions.namespace, "faf");
  assert.deepEqual(decisions.services?.["web"]?.ports, [80, "53/udp"]);
  assert.equal(decisions.storage?.["./data/db"]?.size, "5Gi");
  assert.deepEqual(decisions.span(["services", "web", "ports", 1]), {
    file: FILE,
    line: 4,
    column: 17,
    endLine: 4,
    endColumn: 25,
  });
});

Deno.test("parseDecisions() takes an empty file as no decisions", () => {
  for (const text of ["", "# nothing\n", "---\n", "{}"]) {
    const { decisions, diagnostics } = parseDecisions(text, FILE);
    assert.deepEqual(diagnostics, [], text);
    assert.equal(decisions.namespace, noDecisions().namespace);
  }
});

/** Text, then code, line, column and a part of message and hint of its only diagnostic. */
const REFUSED: readonly (readonly [string, string, number, number, string, string])[] = [
  ["namespce: faf", "kube-decisions-unknown-key", 1, 1, '"namespce"', '"namespace"'],
  ["services:\n  web:\n    port: [80]", "kube-decisions-unknown-key", 3, 5, '"services.web.port"', '"ports"'],
  ["storage:\n  ./d:\n    sise: 1Gi", "kube-decisions-unknown-key", 3, 5, '"storage../d.sise"', '"size"'],
  ["traefik:\n  versoin: 3.6.7", "kube-decisions-unknown-key", 2, 3, '"traefik.versoin"', '"version"'],
  ["namespace: Faf", "kube-decisions-value", 1, 12, '"namespace"', "schema"],
  ["storage: { ./d: { size: big } }", "kube-decisions-value", 1, 25, "quantity", "schema"],
  ["services: { web: { ports: [70000] } }", "kube-decisions-value", 1, 28, "65535", "schema"],
  ["services: { web: { kind: Pod } }", "kube-decisions-value", 1, 26, '"StatefulSet"', "schema"],
  ["publish: { 8001: nodePort }", "kube-decisions-value", 1, 18, '"loadBalancer"', "schema"],
  ["secrets: { a.B: hidden }", "kube-decisions-value", 1, 17, '"plain"', "schema"],
  ["- a", "kube-decisions-value", 1, 1, "object", "schema"],
  ["a: [", "kube-decisions-syntax", 1, 5, "Cannot read decisions", "YAML"],
  ["namespace: a\nnamespace: b", "kube-decisions-syntax", 2, 1, "unique", "YAML"],
];

for (const [text, code, line, column, message, hint] of REFUSED) {
  Deno.test(`parseDecisions() refuses ${JSON.stringify(text)} at its place`, () => {
    const [first, ...others] = parseDecisions(text, FILE).diagnostics;
    assert.deepEqual(others, []);
    assert.equal(first?.code, code);
    assert.equal(first?.severity, "error");
    assert.deepEqual([first?.span?.line, first?.span?.column], [line, column]);
    assert.ok(first?.message.includes(message), first?.message);
    assert.ok(first?.hint?.includes(hint), first?.hint ?? "no hint");
  });
}

Deno.test("parseDecisions() reports every problem of a file at once", () => {
  const text = "namespce: a\nservices: { web: { kin: Job, replicas: -1 } }\nusers: { unreal: x }";
  const codes = parseDecisions(text, FILE).diagnostics.map(({ span }) => span?.line);
  assert.deepEqual(codes.sort(), [1, 2, 2, 3]);
});

Deno.test("parseDecisions() lays profiles over the rest, later over earlier", () => {
  const text = `
namespace: prod
services: { web: { ports: [80], replicas: 2 }, api: { kind: Deployment } }
profiles:
  test: { namespace: test, services: { web: { ports: [8080] } } }
  small: { services: { web: { replicas: 1 } } }
`;
  const { decisions } = parseDecisions(text, FILE, ["test", "small"]);
  assert.equal(decisions.namespace, "test");
  assert.deepEqual({ ...decisions.services }, {
    web: { ports: [8080], replicas: 1 },
    api: { kind: "Deployment" },
  });
  assert.equal(decisions.span(["namespace"])?.line, 5);
  assert.equal(decisions.span(["services", "web", "replicas"])?.line, 6);
  assert.equal(decisions.span(["services", "api", "kind"])?.line, 3);
  assert.equal(parseDecisions(text, FILE).decisions.namespace, "prod");
});

Deno.test("migrations/decisions.schema.json is what the schema says (deno task goldens writes it)", async () => {
  const path = new URL("../../migrations/decisions.schema.json", import.meta.url);
  const wanted = decisionsJsonSchema();
  if (Deno.env.get("UPDATE") === "1") await Deno.writeTextFile(path, wanted);
  assert.equal(await Deno.readTextFile(path), wanted);
});

Deno.test("the JSON Schema describes every key of the file", () => {
  const schema = JSON.parse(decisionsJsonSchema());
  assert.equal(schema.additionalProperties, false);
  for (const key of ["namespace", "services", "storage", "publish", "secrets", "traefik", "profiles"]) {
    assert.ok(key in schema.properties, key);
  }
});

Deno.test("what is decided for nobody of a name that every object has is not decided", () => {
  const { decisions } = parseDecisions("identity: {}\nservices: { web: {} }\n", "decisions.yaml", []);
  assert.equal(decisions.identity?.["constructor"], undefined);
  assert.equal(decisions.services?.["toString"], undefined);
});
