/** Holds docs/errors.md to the code: every code that a message can carry is there, and no other. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = ["compose", "lib"];
const AREAS = ["compose", "traefik", "kube", "docker", "plan", "cluster", "run", "cli"];
const CODE = new RegExp(`"((?:${AREAS.join("|")})-[a-z0-9]+(?:-[a-z0-9]+)*)"`, "g");
/** A code where it is plain from its place that it is one, so that a code of a new area is seen, too. */
const CODE_FIELD = /\bcode: "([a-z0-9]+(?:-[a-z0-9]+)*)"/g;
/** A row whose second and third column say something. */
const ROW = /^\| `([a-z0-9-]+)` *\| *[^ |][^|]*\| *[^ |][^|]*\|$/gm;

/** Literals that look like codes and are names of other things. */
const NOT_CODES: ReadonlySet<string> = new Set([
  "cluster-names",
  "compose-ferry",
  "compose-ferry-secret-change",
  "docker-compose",
  "kube-apiserver",
  "kube-apiserver-arg",
  "kube-controller-manager",
  "kube-dns",
  "kube-proxy",
  "kube-router",
  "kube-scheduler",
  "kube-system",
  "run-finished",
  "run-started",
  "run-taken-over",
  "run-waiting",
  "traefik-acme",
  "traefik-arguments",
  "traefik-dns-files",
  "traefik-dns-provider",
  "traefik-front",
  "traefik-ee",
]);

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (entry.name.endsWith(".ts") && !entry.name.endsWith("_test.ts")) yield path;
  }
}

/** Every match of one of the patterns, by the file that first has it. */
async function literals(...patterns: readonly RegExp[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of FOLDERS) {
    for await (const file of sources(folder)) {
      const text = await Deno.readTextFile(join(ROOT, file));
      for (const [, literal = ""] of patterns.flatMap((pattern) => [...text.matchAll(pattern)])) {
        if (!found.has(literal)) found.set(literal, file);
      }
    }
  }
  return found;
}

Deno.test("docs/errors.md has every code, and no other", async () => {
  const text = await Deno.readTextFile(join(ROOT, "docs/errors.md"));
  const rows = [...text.matchAll(ROW)].map(([, code]) => code ?? "");
  const used = [...await literals(CODE, CODE_FIELD)].filter(([code]) => !NOT_CODES.has(code));
  assert.ok(used.length > 50, `only ${used.length} codes were seen`);
  const missing = used.filter(([code]) => !rows.includes(code)).map(([code, file]) => `${code} in ${file}`);
  assert.deepEqual(missing.sort(), [], "not documented");
  const codes = new Set(used.map(([code]) => code));
  assert.deepEqual(rows.filter((code) => !codes.has(code)), [], "documented, but gone");
  assert.deepEqual(rows.filter((code, index) => rows.indexOf(code) !== index), [], "documented twice");
});

Deno.test("what is named as not being a code is still in use", async () => {
  const found = await literals(CODE);
  assert.deepEqual([...NOT_CODES].filter((name) => !found.has(name)), []);
});

Deno.test("codes stand under their area, in order", async () => {
  const text = await Deno.readTextFile(join(ROOT, "docs/errors.md"));
  const chapters = text.split(/^## /m).slice(1);
  assert.deepEqual(chapters.map((chapter) => chapter.slice(0, chapter.indexOf(":"))), AREAS);
  for (const chapter of chapters) {
    const codes = [...chapter.matchAll(ROW)].map(([, code]) => code ?? "");
    assert.deepEqual(codes, codes.toSorted());
    const area = chapter.slice(0, chapter.indexOf(":"));
    assert.deepEqual(codes.filter((code) => !code.startsWith(`${area}-`)), [], "of another area");
  }
});
