/**
 * `deno task build`: one file, `dist/compose-ferry.js`, with the code, its packages, and the files that are read while
 * it runs. `--to FILE` writes another one.
 */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import metadata from "../deno.json" with { type: "json" };
import { bundlePageScript, PAGE_SCRIPT } from "../lib/cli/page_files.ts";
import { inOwnName } from "./own_name.ts";
import { type Built, pack, type Payload } from "./payload.ts";

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
  const texts = Object.fromEntries(Object.entries(read).map(([path, text]) => [path, inOwnName(text)]));
  const files = await pack({
    ...texts,
    "deno.json": JSON.stringify({ lock: false }),
    [PAGE_SCRIPT]: await bundlePageScript(ROOT),
    // A plan that another release makes is told from one of this.
    "lib/release.json": JSON.stringify({ ...built, digest }),
  });
  await bundle({ built, digest, files }, target);
  const { size } = await Deno.stat(target);
  say(
    `${target}: ${(size / 1e6).toFixed(1)} MB, of ${built.commit || "no repository"}${
      built.isDirty ? ", changed since" : ""
    }`,
  );
}

/** The entry lies in the repository, where its imports are known. */
async function bundle(payload: Payload, target: string): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: ROOT, prefix: ".build-" });
  try {
    const entry = join(folder, "entry.ts");
    const code = `import { startRelease } from "../release/start.ts";
await startRelease(${JSON.stringify(payload)}, import.meta.url);
`;
    await Deno.writeTextFile(entry, code);
    const output = join(folder, "compose-ferry.js");
    const { code: status, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform", "deno", "--output", output, entry],
      cwd: ROOT,
    }).output();
    if (status !== 0) throw new Error(`deno bundle: ${new TextDecoder().decode(stderr)}`);
    await Deno.mkdir(join(target, ".."), { recursive: true });
    await Deno.writeTextFile(output, inOwnName(await Deno.readTextFile(output)));
    await Deno.rename(output, target);
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
