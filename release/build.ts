/**
 * `deno task build`: one file, `dist/compose-ferry.js`, which carries the code in pieces, its packages, and the files
 * that are read while it runs. `--to FILE` writes another one.
 */
import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import metadata from "../deno.json" with { type: "json" };
import { bundlePageScript, PAGE_SCRIPT } from "../lib/cli/page_files.ts";
import { bundle } from "./bundle.ts";
import { inOwnName } from "./own_name.ts";
import { type Built, PROGRAM, type Release, withFiles } from "./payload.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Read while the program runs: by `--stack`'s default, the plan, `explain`, editors, scripts, the embedded cluster. */
const FILES = [
  "migrations",
  "examples",
  "docs/errors.md",
  "lib/report/page/page.html",
  "lib/report/page/style.css",
  "lib/migration/authoring.ts",
  "lib/embedded_cluster/modules",
  "lib/embedded_cluster/stages",
];
/** What decides what the code is. */
const SOURCES = ["compose", "lib", "migrations", "main.ts", "release", "deno.json", "deno.lock"];

async function build(target: string): Promise<void> {
  const built = await builtFrom();
  const sources = await Promise.all(SOURCES.map(textsBelow));
  const digest = createHash("sha256").update(JSON.stringify([built, ...sources])).digest("hex").slice(0, 16);
  const read: Record<string, string> = Object.assign({}, ...await Promise.all(FILES.map(textsBelow)));
  const code = await programCode();
  const texts = Object.fromEntries(
    Object.entries({ ...read, ...code }).map(([path, text]) => [path, inOwnName(text)]),
  );
  const files = {
    ...texts,
    "deno.json": JSON.stringify({ lock: false }),
    [PAGE_SCRIPT]: await bundlePageScript(ROOT),
    // A plan that another release makes is told from one of this.
    "lib/release.json": JSON.stringify({ ...built, digest }),
  };
  await writeRelease({ built, digest }, files, target);
  const { size } = await Deno.stat(target);
  say(
    `${target}: ${(size / 1e6).toFixed(1)} MB, of ${built.commit || "no repository"}${
      built.isDirty ? ", changed since" : ""
    }`,
  );
}

/** The code of all commands, by the paths that it has among the files. */
async function programCode(): Promise<Record<string, string>> {
  return await inFolder(async (folder) => {
    await bundle("--code-splitting", "--outdir", folder, join(ROOT, "release/program.ts"));
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    const pieces = await Promise.all(
      names.map(async (name) =>
        [join(dirname(PROGRAM), name), await Deno.readTextFile(join(folder, name))] as const
      ),
    );
    const code = Object.fromEntries(pieces);
    if (code[PROGRAM] === undefined) throw new Error(`deno bundle made no ${PROGRAM}: ${names.join(", ")}`);
    return code;
  });
}

/** The one file: it has what it needs to unpack the rest. */
async function writeRelease(
  release: Release,
  files: Readonly<Record<string, string>>,
  target: string,
): Promise<void> {
  await inFolder(async (folder) => {
    const entry = join(folder, "entry.ts");
    const code = `import { startRelease } from "../release/start.ts";
await startRelease(${JSON.stringify(release)}, import.meta.url);
`;
    await Deno.writeTextFile(entry, code);
    const output = join(folder, "compose-ferry.js");
    await bundle("--output", output, entry);
    await Deno.writeTextFile(output, await withFiles(await Deno.readTextFile(output), files));
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.rename(output, target);
  });
}

/** It lies in the repository, where the entry's imports are known. */
async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await Deno.makeTempDir({ dir: ROOT, prefix: ".build-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @throws TypeError where a file is no text */
async function textsBelow(path: string): Promise<Record<string, string>> {
  const full = join(ROOT, path);
  if ((await Deno.stat(full)).isFile) {
    return { [path]: new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(full)) };
  }
  const names = (await Array.fromAsync(Deno.readDir(full))).map(({ name }) => name).sort();
  return Object.assign({}, ...await Promise.all(names.map((name) => textsBelow(`${path}/${name}`))));
}

async function builtFrom(): Promise<Built> {
  const commit = await git("rev-parse", "--short=12", "HEAD");
  return { version: metadata.version, commit, isDirty: await git("status", "--porcelain") !== "" };
}

async function git(...args: readonly string[]): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args: [...args], cwd: ROOT, stderr: "null" })
      .output();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const { values } = parseArgs({
  args: Deno.args,
  options: { to: { type: "string", default: join(ROOT, "dist/compose-ferry.js") } },
});
await build(resolve(values.to));
