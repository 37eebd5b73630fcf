/** What counts as a change of an applied migration: everything that it does, and nothing of how it is written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadScripts } from "../../lib/cli/migration_files.ts";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { digestMigration } from "../../lib/migration/digest.ts";
import { planMigrations } from "../../lib/migration/plan.ts";
import { preparationsFor } from "../../lib/migration/preparations.ts";
import { type Plan, type PlannedMigration, plannedObjects } from "../../lib/migration/step.ts";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const KEY = new TextEncoder().encode("key");
const EXAMPLE = join(ROOT, "examples/harbour");

async function example(): Promise<TestStack> {
  return await planTestStack({
    directory: EXAMPLE,
    decisions: await Deno.readTextFile(join(EXAMPLE, "decisions.yaml")),
  });
}

/** The plan of the project's own scripts, each as `write` makes it. */
async function planWith(
  { conversion, decisions }: TestStack,
  write: (text: string) => string,
): Promise<Plan> {
  const directory = await Deno.makeTempDir();
  try {
    for await (const { name } of Deno.readDir(join(ROOT, "migrations"))) {
      if (!name.endsWith(".ts")) continue;
      const text = await Deno.readTextFile(join(ROOT, "migrations", name));
      const library = new URL("../../lib/", import.meta.url).href;
      await Deno.writeTextFile(join(directory, name), write(text.replaceAll(`"../lib/`, `"${library}`)));
    }
    const { scripts, diagnostics } = await loadScripts(directory);
    assert.deepEqual(diagnostics, []);
    const preparations = preparationsFor(conversion, decisions);
    const { defaultMigration } = decisions;
    const { plan } = planMigrations({
      scripts,
      conversion,
      preparations,
      assigned: new Map(),
      ...(defaultMigration === undefined ? {} : { defaultMigration }),
    });
    return conversion.digests.resolve(plan, "");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const digests = ({ migrations }: Plan): Record<string, string> =>
  Object.fromEntries(migrations.map((migration) => [migration.id, digestMigration(migration, KEY)]));

Deno.test("comments, line ends, blanks, title and reason of an applied script are no change", async () => {
  const converted = await example();
  const before = digests(await planWith(converted, (text) => text));
  assert.ok(Object.keys(before).length >= 10);
  const edits: Record<string, (text: string) => string> = {
    "Windows' line ends": (text) => text.replaceAll("\n", "\r\n"),
    "comments": (text) => `// A remark.\n${text.replace("plan:", "/* another */ plan:")}\n// The end.\n`,
    "blanks": (text) => text.replaceAll("\n", "\n\n   "),
    "title and reason": (text) => text.replace(/title: "/, 'title: "More: ').replace(/why: "/, 'why: "So: '),
  };
  for (const [what, edit] of Object.entries(edits)) {
    assert.deepEqual(digests(await planWith(converted, edit)), before, what);
  }
});

Deno.test("a change of any field of any planned object is a change", async () => {
  const { migrations } = await planWith(await example(), (text) => text);
  let fields = 0;
  for (const { object } of migrations.flatMap(plannedObjects)) {
    const before = digestMigration(holding({ object }), KEY);
    for (const path of pathsOf(object)) {
      fields++;
      const other = structuredClone(object);
      change(other, path, "another value");
      assert.notEqual(digestMigration(holding({ object: other }), KEY), before, path.join("."));
      // An object is one by its kind.
      if (path.length === 1) continue;
      const gone = structuredClone(object);
      change(gone, path, undefined);
      assert.notEqual(digestMigration(holding({ object: gone }), KEY), before, `without ${path.join(".")}`);
    }
  }
  assert.ok(fields > 500, `only ${fields} fields were looked at`);
});

Deno.test("order of keys is no change, order of a list is", () => {
  const object = (spec: Record<string, unknown>): PlannedObject => ({
    object: { apiVersion: "v1", kind: "Service", metadata: { name: "a" }, spec },
  });
  const digest = (spec: Record<string, unknown>): string => digestMigration(holding(object(spec)), KEY);
  assert.equal(digest({ a: 1, b: [1, 2] }), digest({ b: [1, 2], a: 1 }));
  assert.notEqual(digest({ a: 1, b: [1, 2] }), digest({ a: 1, b: [2, 1] }));
});

Deno.test("what a migration waits for, asks for and removes counts", () => {
  const ref = { apiVersion: "v1", kind: "Service", name: "a" };
  const variants: PlannedMigration["steps"][] = [
    [],
    [{ kind: "wait", ref, timeout: "10m" }],
    [{ kind: "wait", ref, timeout: "11m" }],
    [{ kind: "wait", ref: { ...ref, name: "b" }, timeout: "10m" }],
    [{ kind: "manual", instruction: "Look" }],
    [{ kind: "manual", instruction: "Look again" }],
    [{ kind: "remove", ref }],
    [{ kind: "remove", ref: { ...ref, name: "b" } }],
  ];
  const seen = new Set(variants.map((steps) => digestMigration({ ...holding(), steps }, KEY)));
  assert.equal(seen.size, variants.length);
});

function holding(...objects: readonly PlannedObject[]): PlannedMigration {
  return { id: "010_a", title: "", why: "", absent: [], claimed: [], steps: [{ kind: "apply", objects }] };
}

/** Every place of a tree that holds a value, as keys. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, field]) => pathsOf(field, [...path, key]));
}

function change(tree: object, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) Reflect.set(tree, key, value);
  else change(Reflect.get(tree, key), rest, value);
}
