/** A second rehearsal takes nothing away of the first, and none waits for one that was killed. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { holdFolder, makeFolder, refuseRunning } from "../../lib/rehearsal/running_rehearsal.ts";

const failing = (exitCode: number, code: string) => (error: unknown): boolean =>
  error instanceof Failure && error.exitCode === exitCode && error.diagnostics[0]?.code === code;
const busy = failing(5, "run-rehearsal-running");

const MODULE = new URL("../../lib/rehearsal/running_rehearsal.ts", import.meta.url).href;

async function inFolder(work: (parent: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await work(parent);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const namesIn = (folder: string): string[] =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();

Deno.test("a copy is one process's, and anybody's once that has ended", () =>
  inFolder(async (parent) => {
    const folder = `${parent}/.shop-rehearsal`;
    await refuseRunning(folder);
    assert.equal(await holdFolder(folder), undefined);
    const file = `${parent}/hold.ts`;
    await Deno.writeTextFile(
      file,
      `import { makeFolder } from ${JSON.stringify(MODULE)};
       globalThis.held = await makeFolder(Deno.args[0], "shop");
       console.log("held");
       await new Promise((resolve) => setTimeout(resolve, 600_000));`,
    );
    await using other = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--no-lock", file, folder],
      stdout: "piped",
    }).spawn();
    const { value } = await other.stdout.getReader().read();
    assert.equal(new TextDecoder().decode(value), "held\n");
    assert.equal(await Deno.readTextFile(`${folder}/rehearsal-of`), "shop\n");
    await assert.rejects(() => refuseRunning(folder), busy);
    await assert.rejects(() => holdFolder(folder), busy);
    await assert.rejects(() => makeFolder(folder, "shop"), busy);
    other.kill("SIGKILL");
    await other.status;
    (await holdFolder(folder))?.close();
    await assert.rejects(() => makeFolder(folder, "shop"), failing(2, "run-rehearsal-not-copied"));
    assert.deepEqual(namesIn(parent), [".shop-rehearsal", "hold.ts"], "nothing unfinished is left");
  }));

Deno.test("a folder that cannot be made or opened is an error with its reason", () =>
  inFolder(async (parent) => {
    await Deno.writeTextFile(`${parent}/file`, "");
    const below = `${parent}/file/.shop-rehearsal`;
    await assert.rejects(() => makeFolder(below, "shop"), failing(2, "run-rehearsal-not-copied"));
    await assert.rejects(() => holdFolder(below), failing(2, "run-rehearsal-not-own"));
  }));
