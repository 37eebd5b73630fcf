/** Copies are as their originals, what changed meanwhile is said, and what cannot be copied is not begun. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { copyDirectories } from "../../lib/rehearsal/copy_directories.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";

async function inFolder(work: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/live/sub`, { recursive: true });
    await Deno.writeTextFile(`${root}/live/sub/row`, "1\n");
    // What was written within a tick of the copy's start counts as written after it.
    await Deno.utime(`${root}/live/sub/row`, new Date(0), new Date(0));
    await Deno.symlink("sub/row", `${root}/live/link`);
    await Deno.mkdir(`${root}/copy`);
    await work(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const copy = (root: string, copies: Readonly<Record<string, string>>): Promise<readonly Diagnostic[]> =>
  copyDirectories(
    Object.entries(copies).map(([from, to]) => ({ from: join(root, from), to: join(root, to) })),
    { folder: `${root}/copy`, signal: new AbortController().signal, say: () => {} },
  );

const isLinux = Deno.build.os === "linux";

Deno.test({
  name: "directories, files and what is not there yet are copied as they are",
  ignore: !isLinux,
  fn: () =>
    inFolder(async (root) => {
      const copies = { live: "copy/live", "live/sub/row": "copy/one/row", missing: "copy/missing" };
      assert.deepEqual(await copy(root, copies), []);
      assert.equal(await Deno.readTextFile(`${root}/copy/live/sub/row`), "1\n");
      assert.equal(await Deno.readLink(`${root}/copy/live/link`), "sub/row");
      assert.equal(await Deno.readTextFile(`${root}/copy/one/row`), "1\n");
      assert.deepEqual(await Array.fromAsync(Deno.readDir(`${root}/copy/missing`)), []);
      assert.equal(await Deno.readTextFile(`${root}/live/sub/row`), "1\n");
    }),
});

Deno.test({
  name: "a file that changes while it is copied is said",
  ignore: !isLinux,
  fn: () =>
    inFolder(async (root) => {
      let isDone = false;
      const writing = async (): Promise<void> => {
        while (!isDone) {
          await Deno.writeTextFile(`${root}/live/sub/row`, "2\n");
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      };
      const said = copyDirectories([{ from: `${root}/live`, to: `${root}/copy/live` }], {
        folder: `${root}/copy`,
        signal: new AbortController().signal,
        say: () => {},
        hold: async (_, work) => {
          const [done] = await Promise.all([work().finally(() => isDone = true), writing()]);
          return done;
        },
      });
      assert.deepEqual((await said).map(({ code, message }) => [code, message.split(" of ")[0]]), [
        ["run-rehearsal-torn", "1 file"],
      ]);
    }),
});

Deno.test({
  name: "a directory that has the copy's folder in it is refused before anything is copied",
  ignore: !isLinux,
  fn: () =>
    inFolder(async (root) => {
      const said = await copy(root, { live: "copy/live", ".": "copy/all" });
      assert.deepEqual(said.map(({ code }) => code), ["run-rehearsal-not-copied"]);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(`${root}/copy`)), []);
    }),
});

Deno.test({
  name: "a cp that is killed without a word has copied nothing",
  ignore: !isLinux,
  fn: () =>
    inFolder(async (root) => {
      await Deno.mkdir(`${root}/bin`);
      await Deno.writeTextFile(`${root}/bin/cp`, "#!/bin/sh\nkill -9 $$\n", { mode: 0o755 });
      const path = Deno.env.get("PATH") ?? "";
      Deno.env.set("PATH", `${root}/bin:${path}`);
      try {
        const said = await copy(root, { live: "copy/live" });
        assert.deepEqual(said.map(({ code, severity }) => [code, severity]), [
          ["run-rehearsal-not-copied", "error"],
        ]);
      } finally {
        Deno.env.set("PATH", path);
      }
    }),
});

Deno.test({
  name: "a volume that is not where its engine says is named, and begins empty",
  ignore: !isLinux,
  fn: () =>
    inFolder(async (root) => {
      const said = await copyDirectories(
        [{ from: `${root}/far`, to: `${root}/copy/volumes/rows`, volume: "rows" }],
        { folder: `${root}/copy`, signal: new AbortController().signal, say: () => {} },
      );
      assert.deepEqual(said.map(({ code, severity }) => [code, severity]), [[
        "run-rehearsal-empty",
        "warning",
      ]]);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(`${root}/copy/volumes/rows`)), []);
    }),
});
