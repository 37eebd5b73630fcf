/** Links between the project's own pages lead somewhere. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function pages(): Promise<string[]> {
  const found = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];
  for (const folder of ["docs", "docs/adr"]) {
    for await (const { name } of Deno.readDir(join(ROOT, folder))) {
      if (name.endsWith(".md")) found.push(`${folder}/${name}`);
    }
  }
  return found;
}

Deno.test("every link of a page leads to a file that is there", async () => {
  const broken: string[] = [];
  let links = 0;
  for (const page of await pages()) {
    const text = await Deno.readTextFile(join(ROOT, page));
    for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      links++;
      if (!existsSync(join(ROOT, dirname(page), target))) broken.push(`${page}: ${target}`);
    }
  }
  assert.ok(links > 10, `only ${links} links were seen`);
  assert.deepEqual(broken, []);
});

Deno.test("docs/README.md leads to every page", async () => {
  const index = await Deno.readTextFile(join(ROOT, "docs/README.md"));
  const all = (await pages()).filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
  assert.deepEqual(all.filter((page) => !index.includes(`](${page.slice("docs/".length)})`)), []);
});

Deno.test("every task that the README names exists", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))) as {
    tasks: Record<string, unknown>;
  };
  const text = await Deno.readTextFile(join(ROOT, "README.md"));
  const named = new Set([...text.matchAll(/\btask ([a-z][a-z:0-9]*)/g)].map(([, name = ""]) => name));
  const commands = [...text.matchAll(/^\| `([a-z0-9]+)[ `]/gm)].map(([, name = ""]) => name).filter((name) =>
    /[a-z]/.test(name)
  );
  assert.deepEqual([...named, ...commands].filter((name) => !(name in tasks) && name !== "for"), []);
});
