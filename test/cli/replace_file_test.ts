import assert from "node:assert/strict";
import { join } from "node:path";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { replaceFile } from "../../lib/cli/replace_file.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "replace-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function codeOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.diagnostics[0]?.code;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("replaceFile() writes all of it, keeps mode and link, and leaves nothing else behind", () =>
  inFolder(async (folder) => {
    const [file, link] = [join(folder, "real.yaml"), join(folder, "decisions.yaml")];
    const [before, after] = ["a: ä\n", `${"b: ö\n".repeat(50_000)}`];
    await Deno.writeTextFile(file, before);
    await Deno.chmod(file, 0o640);
    await Deno.symlink("real.yaml", link);
    await replaceFile(link, before, after);
    assert.equal(await Deno.readTextFile(file), after);
    assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o640);
    assert.ok((await Deno.lstat(link)).isSymlink);
    assert.deepEqual(await namesIn(folder), ["decisions.yaml", "real.yaml"]);
  }));

Deno.test("replaceFile() keeps a byte order mark, which a text that was read does not have", () =>
  inFolder(async (folder) => {
    const file = join(folder, "decisions.yaml");
    await Deno.writeFile(file, new TextEncoder().encode("\ufeffa: 1\n"));
    await replaceFile(file, "a: 1\n", "a: 2\n");
    assert.deepEqual(await Deno.readFile(file), new TextEncoder().encode("\ufeffa: 2\n"));
  }));

Deno.test("replaceFile() makes a file that is not there, and no second time", () =>
  inFolder(async (folder) => {
    const file = join(folder, "decisions.yaml");
    await replaceFile(file, undefined, "a: 1\n");
    assert.equal(await Deno.readTextFile(file), "a: 1\n");
    assert.equal(await codeOf(replaceFile(file, undefined, "b: 1\n")), "cli-decisions-changed");
    assert.equal(await Deno.readTextFile(file), "a: 1\n");
    assert.deepEqual(await namesIn(folder), ["decisions.yaml"]);
  }));

Deno.test("replaceFile() leaves alone what somebody changed, what is not UTF-8, and what cannot be written", () =>
  inFolder(async (folder) => {
    const file = join(folder, "decisions.yaml");
    await Deno.writeTextFile(file, "theirs\n");
    assert.equal(await codeOf(replaceFile(file, "mine\n", "x\n")), "cli-decisions-changed");
    await Deno.writeFile(file, new Uint8Array([0xff, 0x0a]));
    assert.equal(
      await codeOf(replaceFile(file, await Deno.readTextFile(file), "x\n")),
      "cli-decisions-changed",
    );
    assert.deepEqual(await Deno.readFile(file), new Uint8Array([0xff, 0x0a]));
    const nowhere = join(folder, "no", "decisions.yaml");
    assert.equal(await codeOf(replaceFile(nowhere, undefined, "x\n")), "cli-decisions-unwritable");
    assert.equal(await codeOf(replaceFile(folder, "x", "y")), "cli-decisions-unwritable");
    assert.deepEqual(await namesIn(folder), ["decisions.yaml"]);
  }));
