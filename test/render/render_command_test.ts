/** `render` as a user runs it: what is written, what is left alone, and how it is said. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { type Told, told, treeOf, withFiles } from "../cli/in_process.ts";

const STACK = {
  "stack/compose.yaml": `name: shop
services:
  web:
    image: acme/web:1
    ports: ["80"]
    environment: { MODE: a, DB_PASSWORD: correct-horse-battery }
  db: { image: "postgres:16", environment: { POSTGRES_PASSWORD: correct-horse-battery } }
`,
  "stack/decisions.yaml": "engine: none\nprofiles: { small: { services: { web: { replicas: 2 } } } }\n",
};

async function render(directory: string, ...args: readonly string[]): Promise<Told> {
  return await told(directory, ["render", "--stack", "stack", "--to", "out", ...args]);
}

async function rendered(directory: string, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await render(directory, ...args);
  equal(code, 0, err);
  return out;
}

const WEB = "out/objects/080_applications/7-deployment-web.yaml";

Deno.test("--dry-run writes nothing; the second call writes nothing anew; the same input gives the same bytes", async () => {
  await withFiles(STACK, async (directory) => {
    match(
      await rendered(directory, "--dry-run"),
      /\n {2}\+ objects\/010_namespace\/1-namespace-shop\.yaml\n[^]*Nothing was written\.\n$/,
    );
    ok(!Object.keys(await treeOf(directory)).some((path) => path.startsWith("out")));
    match(await rendered(directory), /files in .*out: \d+ new\n/);
    const before = await treeOf(directory);
    const { mtime } = await Deno.stat(join(directory, WEB));
    match(await rendered(directory), /files in .*out: \d+ unchanged\n/);
    equal((await Deno.stat(join(directory, WEB))).mtime?.getTime(), mtime?.getTime());
    deepEqual(await treeOf(directory), before);
    await Deno.remove(join(directory, "out"), { recursive: true });
    await rendered(directory);
    deepEqual(await treeOf(directory), before);
  });
});

Deno.test("what the stack has no longer goes, with its folder; what others put there stays", async () => {
  await withFiles({ ...STACK, "out/.git/HEAD": "ref: x\n", "out/mine.txt": "mine\n" }, async (directory) => {
    await rendered(directory);
    const compose = join(directory, "stack/compose.yaml");
    await Deno.writeTextFile(compose, (await Deno.readTextFile(compose)).replace(/ {2}db: .*\n/, ""));
    const out = JSON.parse(await rendered(directory, "-o", "json"));
    equal(out.schemaVersion, 1);
    const gone = out.files.filter(({ state }: { state: string }) => state === "gone").map((
      { path }: { path: string },
    ) => path);
    ok(gone.some((path: string) => path.endsWith("deployment-db.yaml")), gone);
    const tree = await treeOf(join(directory, "out"));
    ok(!Object.keys(tree).some((path) => path.includes("050_databases")), Object.keys(tree).join(" "));
    equal(await Deno.stat(join(directory, "out/objects/050_databases")).catch(() => "gone"), "gone");
    equal(tree["mine.txt"], "644 mine\n");
    equal(tree[".git/HEAD"], "644 ref: x\n");
  });
});

Deno.test("a file that others wrote, or changed, or a link that leads out, and nothing is written at all", async () => {
  const foreign = { ...STACK, "out/README.md": "mine\n", [WEB]: "mine\n" };
  await withFiles(foreign, async (directory) => {
    const before = await treeOf(directory);
    const { code, err } = await render(directory);
    equal(code, 3);
    match(err, /cli-render-foreign[^]*README\.md[^]*was not written by render/);
    match(err, /7-deployment-web\.yaml/);
    deepEqual(await treeOf(directory), before);
  });
  await withFiles(STACK, async (directory) => {
    await rendered(directory);
    await Deno.writeTextFile(join(directory, WEB), "edited: by hand\n");
    const before = await treeOf(directory);
    const { code, err } = await render(directory);
    equal(code, 3);
    match(err, /7-deployment-web\.yaml" in ".*" was changed since it was rendered; nothing was written/);
    deepEqual(await treeOf(directory), before);
  });
  await withFiles({ ...STACK, "elsewhere/": "", "out/": "" }, async (directory) => {
    await Deno.symlink(join(directory, "elsewhere"), join(directory, "out/objects"));
    const { code, err } = await render(directory);
    equal(code, 3);
    match(err, /cli-render-unreadable[^]*outside/);
    deepEqual(Object.keys(await treeOf(directory)).filter((path) => path.startsWith("elsewhere/")), []);
  });
});

Deno.test("a run that was interrupted is gone on with", async () => {
  await withFiles(STACK, async (directory) => {
    await rendered(directory);
    const compose = join(directory, "stack/compose.yaml");
    const text = await Deno.readTextFile(compose);
    await Deno.writeTextFile(compose, text.replace("MODE: a", "MODE: b").replace("web:1", "web:2"));
    const index = join(directory, "out/.compose-ferry.json");
    const changed = (JSON.parse(await rendered(directory, "--dry-run", "-o", "json")).files as {
      path: string;
      state: string;
    }[])
      .filter(({ state }) => state === "changed").map(({ path }) => path);
    ok(changed.length >= 2, `${changed}`);
    const [first = "", ...rest] = changed;
    // As such a run leaves it: the index of both, one file of the new rendering, the others of the old.
    const before = JSON.parse(await Deno.readTextFile(index));
    const old = await Promise.all(rest.map((path) => Deno.readTextFile(join(directory, "out", path))));
    await rendered(directory);
    const whole = await treeOf(join(directory, "out"));
    const after = JSON.parse(await Deno.readTextFile(index));
    const files = Object.fromEntries(
      Object.keys({ ...before.files, ...after.files }).map((path) => [
        path,
        [...new Set([before.files[path], after.files[path]].filter((digest) => digest !== undefined))].join(
          " ",
        ),
      ]),
    );
    await Deno.writeTextFile(index, JSON.stringify({ schemaVersion: 1, files }));
    for (const [number, path] of rest.entries()) {
      await Deno.writeTextFile(join(directory, "out", path), old[number] ?? "");
    }
    const states = new Map<string, string>(
      JSON.parse(await rendered(directory, "-o", "json")).files.map((
        { path, state }: { path: string; state: string },
      ) => [path, state]),
    );
    equal(states.get(first), "same");
    for (const path of rest) equal(states.get(path), "changed");
    deepEqual(await treeOf(join(directory, "out")), whole);
  });
});

Deno.test("a template that was filled in is kept, and said where the Secret has other keys by now", async () => {
  await withFiles(STACK, async (directory) => {
    await rendered(directory, "--secrets", "sealed");
    const file = join(directory, "out/objects/030_configuration/4-secret-web-env.yaml");
    const text = await Deno.readTextFile(file);
    match(text, /kubeseal --raw --namespace shop --name web-env/);
    ok(!text.includes("correct-horse-battery"));
    await Deno.writeTextFile(file, text.replace("to be sealed", "AgB7x"));
    match(await rendered(directory, "--secrets", "sealed"), /1 filled in, kept/);
    match(await Deno.readTextFile(file), /AgB7x/);
    const compose = join(directory, "stack/compose.yaml");
    await Deno.writeTextFile(
      compose,
      (await Deno.readTextFile(compose)).replace("MODE: a", "API_TOKEN: dGhpcyBpcyBub3Qgb25l"),
    );
    for (let time = 0; time < 2; time++) {
      const { code, err } = await render(directory, "--secrets", "sealed");
      equal(code, 0);
      match(err, /cli-render-template[^]*4-secret-web-env\.yaml/);
    }
    match(await Deno.readTextFile(file), /AgB7x/);
  });
});

Deno.test("in clear only where that is said, for the owner's eyes alone", async () => {
  await withFiles(STACK, async (directory) => {
    const path = "out/objects/030_configuration/4-secret-web-env.yaml";
    await rendered(directory);
    ok(!JSON.stringify(await treeOf(directory)).includes(btoa("correct-horse-battery")));
    match(await Deno.readTextFile(join(directory, "out/README.md")), /- `shop\/web-env`: `DB_PASSWORD`/);
    await rendered(directory, "--secrets", "clear");
    match((await treeOf(directory))[path] ?? "", new RegExp(`^600 [^]*${btoa("correct-horse-battery")}`));
  });
});

Deno.test("wrong flags are said with what is right", async () => {
  await withFiles(STACK, async (directory) => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["--as", "argocd"], /needs --repo/],
      [["--as", "argo"], /Allowed choices are plain, kustomize, helm, argocd, flux/],
      [["--as", "flux", "--repo-path", "../x"], /leads out of the repository/],
      [["--as", "helm", "--chart-version", "one"], /is no version/],
      [["--as", "kustomize", "--overlay", "smal"], /no profile "smal"[^]*Did you mean "small"\?/],
      [["--overlay", "small"], /for kustomize alone/],
    ];
    for (const [flags, words] of cases) {
      const { code, err } = await render(directory, ...flags);
      equal(code, 2, err);
      match(err, words);
    }
    ok(!Object.keys(await treeOf(directory)).some((path) => path.startsWith("out")));
  });
});

Deno.test("a stack with an error is refused whole", async () => {
  await withFiles({ "stack/compose.yaml": "services: { web: { imag: a } }\n" }, async (directory) => {
    const { code, err } = await render(directory);
    equal(code, 3);
    match(err, /imag/);
    deepEqual(Object.keys(await treeOf(directory)), ["stack/compose.yaml"]);
  });
});
