/** Every case's model or problems, as its golden file has them. `UPDATE=1` (deno task goldens) writes the files anew. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { load, type Loaded } from "../../compose/mod.ts";
import { type Case, place, TOPICS } from "./cases/mod.ts";

const GOLDEN = join(import.meta.dirname ?? ".", "golden");
const isUpdate = Deno.env.get("UPDATE") === "1";

/** What a golden file holds of a load: the model, or the problems; paths below the case's own directory. */
function summary(loaded: Loaded, root: string): unknown {
  const problems = loaded.diagnostics.filter(({ severity }) => severity !== "info").map((diagnostic) => {
    const { severity, code, message, span, hint } = diagnostic;
    return `${severity} ${code} ${span?.file}:${span?.line}:${span?.column} ${message} (${hint})`;
  });
  const { project } = loaded;
  const outcome = { ...(problems.length > 0 && { problems }), ...(project && { model: project.canonical }) };
  return JSON.parse(JSON.stringify(outcome).replaceAll(root, ""));
}

async function outcomes(cases: readonly Case[]): Promise<Record<string, unknown>> {
  const root = await Deno.makeTempDir({ prefix: "cases" });
  const found: Record<string, unknown> = {};
  for (const [index, each] of cases.entries()) {
    assert.ok(!Object.hasOwn(found, each.name), `two cases are called "${each.name}"`);
    const own = join(root, String(index));
    const loaded = await load(await place(each, own));
    assertPlaced(loaded, each);
    found[each.name] = summary(loaded, own);
  }
  await Deno.remove(root, { recursive: true });
  return found;
}

/** Every rejection has a place that can be shown, and says what to do. */
function assertPlaced(loaded: Loaded, each: Case): void {
  const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
  assert.equal(
    loaded.project === undefined,
    errors.length > 0,
    `${each.name}: a project or an error, not both`,
  );
  for (const { code, span, hint } of errors) {
    assert.ok(span && span.line >= 1 && span.column >= 1, `${each.name}: ${code} has no place`);
    assert.ok(hint, `${each.name}: ${code} has no hint`);
  }
}

for (const [topic, cases] of Object.entries(TOPICS)) {
  Deno.test(`load() gives the golden outcome of ${cases.length} cases of ${topic}`, async () => {
    const path = join(GOLDEN, `${topic}.golden`);
    const found = await outcomes(cases);
    if (isUpdate) {
      await Deno.mkdir(GOLDEN, { recursive: true });
      await Deno.writeTextFile(path, `${JSON.stringify(found, null, 1)}\n`);
    }
    const golden = JSON.parse(await Deno.readTextFile(path));
    for (const { name } of cases) assert.deepEqual(found[name], golden[name], name);
    assert.deepEqual(Object.keys(found), Object.keys(golden));
  });
}
