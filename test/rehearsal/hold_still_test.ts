/** Whoever a killed rehearsal holds goes on, and is not forgotten while he does not. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { Container } from "../../lib/docker/containers.ts";
import { findHeld, holdStill, letGo } from "../../lib/rehearsal/hold_still.ts";
import { letGoHeld } from "../../lib/rehearsal/remains.ts";
import { type SmallContainer, smallEngine } from "./small_engine.ts";

async function inFolder(held: readonly string[], work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/rehearsal-of`, "shop\n");
    await Deno.writeTextFile(`${folder}/held`, held.map((id) => `${id}\n`).join(""));
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const heldIn = (folder: string): Promise<string> => Deno.readTextFile(`${folder}/held`).catch(() => "");

Deno.test("held containers go on, in whichever engine; one that is gone or goes on is none", () =>
  inFolder(["aa", "bb", "cc", "dd"], async (folder) => {
    const [first, second]: SmallContainer[][] = [
      [{ name: "aa", isPaused: true }, { name: "bb" }],
      [{ name: "cc", isPaused: true }],
    ];
    const engines = [first, second].map((containers = []) => smallEngine({ containers }));
    assert.deepEqual((await findHeld(folder, engines)).map(({ name }) => name), ["aa", "cc"]);
    assert.deepEqual(await letGoHeld({ folder, engines }), ["aa", "cc"]);
    assert.deepEqual(await findHeld(folder, engines), []);
    assert.equal(await heldIn(folder), "");
    assert.deepEqual(await letGo(folder, engines), []);
  }));

Deno.test("whoever writes there is held, also where the engine knows the directory by a link", () =>
  inFolder([], async (folder) => {
    await Deno.mkdir(`${folder}/srv/db`, { recursive: true });
    await Deno.symlink(`${folder}/srv`, `${folder}/opt`);
    const writer = { id: "aa", state: "running", writes: [{ sources: [`${folder}/opt/db`] }] };
    const other = { id: "bb", state: "running", writes: [{ sources: [`${folder}/other`] }] };
    const engine = smallEngine({ containers: [{ name: "aa" }, { name: "bb" }] });
    const paused: string[] = [];
    const listening = {
      ...engine,
      change: (_: string, path: string) => Promise.resolve(paused.push(path)).then(() => undefined),
    };
    const containers = [writer, other] as unknown as readonly Container[];
    await holdStill(`${folder}/srv/db`, containers, { engine: listening, folder }, () => Promise.resolve());
    assert.deepEqual(paused, ["/containers/aa/pause"]);
  }));

Deno.test("one that stays paused is an error and is remembered, and the others go on", () =>
  inFolder(["aa", "bb"], async (folder) => {
    const engines = [
      smallEngine({
        containers: [{ name: "aa", isPaused: true, isStuck: true }, { name: "bb", isPaused: true }],
      }),
    ];
    await assert.rejects(letGo(folder, engines), /Container aa cannot go on/);
    assert.deepEqual((await findHeld(folder, engines)).map(({ name }) => name), ["aa"]);
    assert.equal(await heldIn(folder), "aa\nbb\n");
  }));

Deno.test("without an engine nobody is let go, and it is said who is held", () =>
  inFolder(["aa"], async (folder) => {
    await assert.rejects(letGo(folder, []), (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.diagnostics[0]?.hint ?? "", /docker unpause aa$/);
      return true;
    });
    assert.equal(await heldIn(folder), "aa\n");
  }));

Deno.test("a folder without the mark is nobody's order to let anybody go", () =>
  inFolder(["aa"], async (folder) => {
    await Deno.remove(`${folder}/rehearsal-of`);
    const containers = [{ name: "aa", isPaused: true }];
    await assert.rejects(letGoHeld({ folder, engines: [smallEngine({ containers })] }), Failure);
    assert.deepEqual(containers.map(({ isPaused }) => isPaused), [true]);
  }));
