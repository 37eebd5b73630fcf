import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadScripts } from "../../lib/cli/migration_files.ts";

const AUTHORING = new URL("../../lib/migration/authoring.ts", import.meta.url).href;
const GOOD = `import { migration } from "${AUTHORING}";
export default migration({ title: "t", why: "w", plan: () => [] });`;

async function load(files: Record<string, string>): Promise<{ ids: string[]; codes: string[] }> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(directory, name), text);
    const { scripts, diagnostics } = await loadScripts(directory);
    return { ids: scripts.map(({ id }) => id), codes: diagnostics.map(({ code }) => code) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("loadScripts() orders by number, not by text", async () => {
  const { ids, codes } = await load({ "1000_last.ts": GOOD, "200_second.ts": GOOD, "010_first.ts": GOOD });
  assert.deepEqual(ids, ["010_first", "200_second", "1000_last"]);
  assert.deepEqual(codes, []);
});

Deno.test("loadScripts() collects every problem and keeps the good scripts", async () => {
  const { ids, codes } = await load({
    "010_good.ts": GOOD,
    "010_again.ts": GOOD,
    "20_short.ts": GOOD,
    "030_no_default.ts": "export const title = 1;",
    "040_syntax.ts": "export default {",
    "decisions.yaml": "namespace: x",
  });
  assert.deepEqual(ids, ["010_again"]);
  assert.deepEqual(codes.sort(), [
    "plan-script-broken",
    "plan-script-name",
    "plan-script-number",
    "plan-script-shape",
  ]);
});

Deno.test("loadScripts() names a folder that is not there", async () => {
  const { diagnostics } = await loadScripts("/nonexistent/migrations");
  assert.deepEqual(diagnostics.map(({ code }) => code), ["plan-scripts-unreadable"]);
});

Deno.test("the project's own scripts load, and each says why it exists", async () => {
  const { scripts, diagnostics } = await loadScripts(
    fileURLToPath(new URL("../../migrations", import.meta.url)),
  );
  assert.deepEqual(diagnostics, []);
  assert.ok(scripts.length >= 10);
  for (const { id, migration } of scripts) {
    assert.ok(migration.why.length > 20 && migration.title.length > 5, id);
  }
});
