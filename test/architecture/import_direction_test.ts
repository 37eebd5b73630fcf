/** Holds the direction of the data flow: what stands below in the list imports only from what stands above. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * From docs/architecture.md, top to bottom, with every subfolder. A file belongs to the longest path that fits; the
 * files that are named are what a folder's subfolders stand on.
 */
const ORDER = [
  "lib/diagnostics",
  "lib/values",
  "lib/secrecy",
  "lib/files",
  "compose/tree",
  "compose/yaml",
  "compose/interpolation",
  "compose/short",
  "compose/spec",
  "compose/project.ts",
  "compose/bind_source.ts",
  "compose/origin",
  "compose/files",
  "compose/canonical",
  "compose/merge",
  "compose/normalize",
  "compose/checks",
  "compose",
  "lib/stack/names.ts",
  "lib/decisions",
  "lib/traefik/shapes",
  "lib/traefik",
  "lib/stack/relative_path.ts",
  "lib/stack/image_facts.ts",
  "lib/stack/image_variants.ts",
  "lib/stack/known_images.ts",
  "lib/stack/seen.ts",
  "lib/stack/registry_logins.ts",
  "lib/stack/context.ts",
  "lib/stack/texts",
  "lib/stack/network",
  "lib/stack/storage",
  "lib/stack/secrets",
  "lib/stack",
  "lib/kube/object.ts",
  "lib/kube/quantity.ts",
  "lib/kube/node_port.ts",
  "lib/kube/digests.ts",
  "lib/kube/conversion.ts",
  "lib/kube/rights.ts",
  "lib/kube/host_aliases.ts",
  "lib/kube/unexpanded.ts",
  "lib/kube/configuration",
  "lib/kube/storage",
  "lib/kube/traefik",
  "lib/kube/jobs/script",
  "lib/kube/workload",
  "lib/kube/network",
  "lib/kube/jobs/mariadb",
  "lib/kube/jobs/postgres",
  "lib/kube/jobs/mongodb",
  "lib/kube/jobs/rabbitmq",
  "lib/kube/jobs/hydra",
  "lib/kube/jobs/ofelia",
  "lib/kube/jobs",
  "lib/kube/pod_security.ts",
  "lib/kube/access",
  "lib/kube/policies",
  "lib/kube/host",
  "lib/kube",
  "lib/checks/chart",
  "lib/checks/coverage",
  "lib/checks/host_jobs",
  "lib/checks/running",
  "lib/checks",
  "lib/secrets",
  "lib/migration",
  "lib/diff",
  "lib/cluster",
  "lib/docker",
  "lib/node",
  "lib/init",
  "lib/run/guard",
  "lib/run/images",
  "lib/run/living",
  "lib/run/verify",
  "lib/run/secrets",
  "lib/run",
  "lib/rehearsal",
  "lib/views",
  "lib/views/page",
  "lib/render",
  "lib/report/page",
  "lib/report",
  "lib/embedded_cluster",
  "lib/cli",
];

/** The one true recursion: an included project is loaded as the project itself is. */
const RECURSION = ["compose/include.ts", "compose/model.ts"];

const PURE = [
  "lib/values",
  "lib/secrecy",
  "lib/decisions",
  "lib/traefik",
  "lib/stack",
  "lib/kube",
  "lib/checks",
  "lib/secrets",
  "lib/migration",
  "lib/diff",
  "lib/views",
  "lib/render",
  "lib/report",
];

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

/** The place in the order of the longest path that holds the file; negative outside of all. */
function placeOf(file: string): number {
  const fits = ORDER.filter((path) => file === path || file.startsWith(`${path}/`));
  const longest = fits.sort((left, right) => right.length - left.length)[0];
  return longest === undefined ? -1 : ORDER.indexOf(longest);
}

async function allImports(): Promise<ReadonlyMap<string, readonly Import[]>> {
  const found = new Map<string, readonly Import[]>();
  for (const folder of ["compose", "lib"]) {
    for await (const file of sourceFiles(folder)) found.set(file, await importsOf(file));
  }
  return found;
}

/** Groups of files that reach each other, by Tarjan's algorithm. */
function circles(imports: ReadonlyMap<string, readonly Import[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.size - 1);
    open.push(file);
    const lower = (value: number): void => void low.set(file, Math.min(low.get(file) ?? value, value));
    for (const { target } of imports.get(file) ?? []) {
      if (!imports.has(target)) continue;
      if (!index.has(target)) {
        visit(target);
        lower(low.get(target) ?? 0);
      } else if (open.includes(target)) lower(index.get(target) ?? 0);
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const file of imports.keys()) if (!index.has(file)) visit(file);
  return found;
}

function describeWrong({ from, target }: Import): string[] {
  const there = placeOf(target);
  if (there < 0) return [`${from} imports ${target}, outside the list`];
  return there > placeOf(from) ? [`${from} imports ${target}, below it`] : [];
}

Deno.test("a folder imports only from what stands above it", async () => {
  assert.deepEqual([...(await allImports()).values()].flat().flatMap(describeWrong), []);
});

Deno.test("an import from below is seen, between subfolders, too", () => {
  const of = (from: string, target: string): string[] => describeWrong({ from, target });
  assert.deepEqual(of("lib/stack/facts.ts", "lib/kube/convert.ts"), [
    "lib/stack/facts.ts imports lib/kube/convert.ts, below it",
  ]);
  assert.deepEqual(of("lib/kube/storage/volumes.ts", "lib/kube/workload/pod.ts"), [
    "lib/kube/storage/volumes.ts imports lib/kube/workload/pod.ts, below it",
  ]);
  assert.deepEqual(of("lib/kube/convert.ts", "main.ts"), [
    "lib/kube/convert.ts imports main.ts, outside the list",
  ]);
  assert.deepEqual(of("lib/kube/workload/pod.ts", "lib/kube/storage/volumes.ts"), []);
});

Deno.test("every folder has its place in the order, and every place its folder", async () => {
  const folders = new Set<string>();
  for (const file of (await allImports()).keys()) folders.add(dirname(file));
  const missing = [...folders].filter((folder) => !ORDER.includes(folder));
  assert.deepEqual(missing, []);
  assert.deepEqual(ORDER.filter((path) => !existsSync(join(ROOT, path))), []);
});

Deno.test("docs/architecture.md lists the folders, in this order", async () => {
  const page = await Deno.readTextFile(join(ROOT, "docs/architecture.md"));
  const listed = [...page.matchAll(/^\| `(lib\/\w+|compose)\/` /gm)].map(([, folder]) => folder);
  assert.deepEqual(listed, ORDER.filter((path) => /^(lib\/)?\w+$/.test(path)));
});

Deno.test("no files import one another in a circle", async () => {
  assert.deepEqual(circles(await allImports()), [RECURSION]);
});

Deno.test("a circle is seen, and so is one over a file in between", () => {
  const of = (...edges: readonly [string, string][]): ReadonlyMap<string, readonly Import[]> =>
    new Map(["a", "b", "c", "d"].map((file) => [
      file,
      edges.filter(([from]) => from === file).map(([from, target]) => ({ from, target })),
    ]));
  assert.deepEqual(circles(of(["a", "b"], ["b", "c"], ["a", "c"])), []);
  assert.deepEqual(circles(of(["d", "a"], ["a", "b"], ["b", "c"], ["c", "a"])), [["a", "b", "c"]]);
});

Deno.test("the check sees imports at all", async () => {
  const seen = [...(await allImports()).values()].flat();
  assert.ok(seen.length > 1000, `only ${seen.length} imports were seen`);
  assert.ok(seen.some(({ from, target }) => from.startsWith("lib/cli/") && target.startsWith("compose/")));
});

Deno.test("migrations import nothing but what scripts may use", async () => {
  for await (const file of sourceFiles("migrations")) {
    const targets = (await importsOf(file)).map(({ target }) => target);
    assert.deepEqual(targets.filter((target) => !target.startsWith("lib/migration/")), [], file);
  }
});

Deno.test("nothing outside test/ imports from it", async () => {
  const found: string[] = [];
  const others = ["main.ts"];
  for (const folder of ["compose", "lib", "migrations", "examples", "release"]) {
    for await (const file of sourceFiles(folder)) others.push(file);
  }
  for (const file of others) {
    const targets = (await importsOf(file)).map(({ target }) => target);
    found.push(
      ...targets.filter((target) => target.startsWith("test/")).map((target) => `${file}: ${target}`),
    );
  }
  assert.deepEqual(found, []);
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
