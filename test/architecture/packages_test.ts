/** The list of who imports which package, in ADR 1, is what the files say. */
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = "docs/adr/0001-npm-packages.md";

/** Folders by package, from lines such as "- `zod`: `lib/cli`, `lib/decisions`."; lines may be wrapped. */
async function listed(): Promise<Record<string, readonly string[]>> {
  const text = (await Deno.readTextFile(join(ROOT, PAGE))).replaceAll("\n  ", " ");
  const lines = [...text.matchAll(/^- `([^`]+)`: (`.+)$/gm)];
  return Object.fromEntries(
    lines.map((
      [, name, folders = ""],
    ) => [name, [...folders.matchAll(/`([^`]+)`/g)].map(([, one = ""]) => one)]),
  );
}

/** Folders of `tops` whose files import each of `names`. */
async function imported(
  names: readonly string[],
  tops: readonly string[],
): Promise<Record<string, readonly string[]>> {
  const found = new Map(names.map((name) => [name, new Set<string>()]));
  for (const top of tops) await look(join(ROOT, top), found);
  return Object.fromEntries([...found].map(([name, folders]) => [name, [...folders].sort()]));
}

async function look(folder: string, found: ReadonlyMap<string, Set<string>>): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) await look(path, found);
    else if (name.endsWith(".ts")) {
      for (const [, wanted = ""] of (await Deno.readTextFile(path)).matchAll(/ from "([^"]+)";/g)) {
        found.get(wanted)?.add(relative(ROOT, dirname(path)));
      }
    }
  }
}

Deno.test("ADR 1 lists the folders that import each package", async () => {
  const wanted = await listed();
  assert.ok(Object.keys(wanted).length >= 5, `only ${Object.keys(wanted)} were seen`);
  assert.deepEqual(await imported(Object.keys(wanted), ["compose", "lib", "migrations"]), wanted);
});

Deno.test("properties take fast-check from test/chance.ts, which has one seed", async () => {
  assert.deepEqual(await imported(["fast-check"], ["test"]), { "fast-check": ["test"] });
});
