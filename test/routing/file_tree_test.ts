/** What is said of a file of Traefik that is no YAML. */
import assert from "node:assert/strict";
import { buildFileTree } from "../../lib/traefik/file_tree.ts";

Deno.test("buildFileTree() says what is wrong and where, and not what stands there", () => {
  const text = "http:\n  middlewares:\n    auth: |sesame-street\n      x: y\n";
  const { root, problems } = buildFileTree("dynamic/auth.yml", text, []);
  assert.equal(root, undefined);
  assert.deepEqual(problems[0], {
    reason: "it is not valid YAML",
    origin: "dynamic/auth.yml",
    span: { file: "dynamic/auth.yml", line: 3, column: 12, endLine: 3, endColumn: 13 },
    hint: "Block scalar header includes extra characters",
  });
  assert.doesNotMatch(JSON.stringify(problems), /sesame/);
});

Deno.test("buildFileTree() knows where a key stands, also where the file begins", () => {
  const { root } = buildFileTree("dynamic.yml", "http:\n  routers: { web: { rule: PathPrefix(`/`) } }\n", [
    "http",
  ]);
  const [http] = root?.children ?? [];
  assert.deepEqual(http?.span, { file: "dynamic.yml", line: 1, column: 1, endLine: 1, endColumn: 5 });
  assert.equal(http?.children[0]?.children[0]?.children[0]?.value, "PathPrefix(`/`)");
});
