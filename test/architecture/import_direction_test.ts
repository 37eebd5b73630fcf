/** Holds the direction of the data flow: a folder imports only from folders above it in the list. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** From docs/architecture.md, top to bottom. */
const ORDER = [
  "lib/diagnostics",
  "compose",
  "lib/decisions",
  "lib/traefik",
  "lib/stack",
  "lib/kube",
  "lib/checks",
  "lib/secrets",
  "lib/migration",
  "lib/diff",
  "lib/cluster",
  "lib/docker",
  "lib/init",
  "lib/run",
  "lib/report",
  "lib/embedded_cluster",
  "lib/cli",
];

const PURE = [
  "lib/decisions",
  "lib/traefik",
  "lib/stack",
  "lib/kube",
  "lib/checks",
  "lib/secrets",
  "lib/migration",
  "lib/diff",
  "lib/report",
];

/** Imports that point upward still: they go with the work that moves what they look for. */
const NOT_YET: ReadonlySet<string> = new Set([
  "lib/decisions/access.ts imports lib/stack/names.ts, below it",
  "lib/kube/convert.ts imports lib/checks/all.ts, below it",
  "lib/kube/convert.ts imports lib/checks/check_certificate.ts, below it",
  "lib/kube/convert.ts imports lib/checks/coverage/report.ts, below it",
  "lib/kube/convert.ts imports lib/checks/port_report.ts, below it",
  "lib/kube/convert.ts imports lib/checks/proposed_limits.ts, below it",
  "lib/kube/convert.ts imports lib/checks/quota.ts, below it",
  "lib/kube/traefik/convert_routing.ts imports lib/checks/check_certificate.ts, below it",
  "lib/kube/traefik/default_certificate.ts imports lib/checks/check_certificate.ts, below it",
  "lib/stack/kind.ts imports lib/kube/conversion.ts, below it",
  "lib/stack/kind.ts imports lib/kube/workload/parts.ts, below it",
  "lib/stack/secrets/agreement.ts imports lib/kube/conversion.ts, below it",
  "lib/stack/secrets/held.ts imports lib/kube/conversion.ts, below it",
  "lib/stack/secrets/reference.ts imports lib/kube/conversion.ts, below it",
  "lib/stack/secrets/reference.ts imports lib/kube/json.ts, below it",
  "lib/stack/secrets/reference.ts imports lib/kube/object.ts, below it",
  "lib/stack/secrets/sources.ts imports lib/kube/conversion.ts, below it",
  "lib/stack/secrets/sources.ts imports lib/kube/jobs/job.ts, below it",
  "lib/stack/secrets/sources.ts imports lib/kube/jobs/secret_change.ts, below it",
  "lib/stack/secrets/sources.ts imports lib/kube/object.ts, below it",
  "lib/stack/storage/roles.ts imports lib/kube/configuration/objects.ts, below it",
]);

interface Import {
  readonly from: string;
  readonly target: string;
}

async function* sourceFiles(directory: string): AsyncGenerator<string> {
  if (!existsSync(join(ROOT, directory))) return;
  for await (const entry of Deno.readDir(join(ROOT, directory))) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) yield* sourceFiles(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

/** Local imports of a file, dynamic ones included, as paths from the root. */
async function importsOf(file: string): Promise<Import[]> {
  const text = await Deno.readTextFile(join(ROOT, file));
  const specifiers = [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)"(\.[^"]+)"/g)];
  return specifiers.map((match) => ({
    from: file,
    target: relative(ROOT, normalize(join(ROOT, dirname(file), match[1] ?? ""))),
  }));
}

function folderOf(path: string): string | undefined {
  return ORDER.find((folder) => path.startsWith(`${folder}/`));
}

async function violations(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ORDER) {
    for await (const file of sourceFiles(folder)) {
      for (const { from, target } of await importsOf(file)) {
        const there = folderOf(target);
        if (there === undefined) found.push(`${from} imports ${target}, outside the list`);
        else if (ORDER.indexOf(there) > ORDER.indexOf(folder)) {
          found.push(`${from} imports ${target}, below it`);
        }
      }
    }
  }
  return found;
}

Deno.test("a folder imports only from folders above it", async () => {
  const found = await violations();
  assert.deepEqual(found.filter((line) => !NOT_YET.has(line)), []);
  assert.deepEqual([...NOT_YET].filter((line) => !found.includes(line)), [], "mended: take it off the list");
});

Deno.test("the check sees imports at all", async () => {
  const seen: Import[] = [];
  for (const folder of ORDER) {
    for await (const file of sourceFiles(folder)) seen.push(...await importsOf(file));
  }
  assert.ok(seen.length > 50, `only ${seen.length} imports were seen`);
  assert.ok(seen.some(({ from, target }) => from.startsWith("lib/cli/") && target.startsWith("compose/")));
});

Deno.test("migrations import nothing but what scripts may use", async () => {
  for await (const file of sourceFiles("migrations")) {
    const targets = (await importsOf(file)).map(({ target }) => target);
    assert.deepEqual(targets.filter((target) => !target.startsWith("lib/migration/")), [], file);
  }
});

Deno.test("pure folders touch no file, network, clock or environment", async () => {
  const impure = /\bDeno\.|\bfetch\(|\bnew Date\(\)|\bDate\.now\(|\bMath\.random\(|\bconsole\./;
  const found: string[] = [];
  for (const folder of PURE) {
    for await (const file of sourceFiles(folder)) {
      // Text of programs that run in pods.
      if (file.endsWith("_script.ts")) continue;
      const lines = (await Deno.readTextFile(join(ROOT, file))).split("\n");
      for (const [index, line] of lines.entries()) {
        const code = line.replace(/^\s*(\*|\/\/|\/\*).*$/, "");
        if (impure.test(code)) found.push(`${file}:${index + 1}: ${line.trim()}`);
      }
    }
  }
  assert.deepEqual(found, []);
});
