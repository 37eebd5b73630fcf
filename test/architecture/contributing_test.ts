/** CONTRIBUTING.md shows how one more key is carried; what it shows is in the files that it names. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string): string => Deno.readTextFileSync(ROOT + file);

/** The section of the example, without the indent of its list. */
const SECTION =
  (read("CONTRIBUTING.md").split(/^## /m).find((text) => text.startsWith("One more compose key")) ?? "")
    .replaceAll(/^ {3}/gm, "");

/** The blocks of a language, without their fences. */
function blocks(language: string): readonly string[] {
  return [...SECTION.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map((
    [, text = ""],
  ) => text.trim());
}

Deno.test("the example of one more key shows what is in the code", () => {
  const [compose = "nothing"] = blocks("yaml");
  const [field = "nothing", row = "nothing"] = blocks("ts");
  const host = read("lib/kube/workload/host.ts");
  assert.ok(read("test/golden/user-namespace/compose.yaml").includes(compose), compose);
  assert.ok(host.includes(field), field);
  assert.ok(read("lib/checks/coverage/table.ts").includes(row), row);
  const [, example = "nothing"] = /`(\w+)` in the same\s+file/.exec(SECTION) ?? [];
  assert.match(host, new RegExp(`function ${example}\\b`));
  assert.match(read("test/golden/user-namespace/want.yaml"), /hostUsers: true/);
});

Deno.test("every path of CONTRIBUTING.md is there", () => {
  const paths = [...read("CONTRIBUTING.md").matchAll(/`((?:lib|compose|test|docs|migrations)\/[\w./-]*)`/g)]
    .map(([, path = ""]) => path).filter((path) => !path.includes("NNN"));
  assert.ok(paths.length > 5, `only ${paths.length} paths were seen`);
  assert.deepEqual(paths.filter((path) => !existsSync(ROOT + path)), []);
});
