/** A second rehearsal takes nothing away of the first, and none waits for one that was killed. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { holdCopy, whileNotRunning } from "../../lib/rehearsal/running_rehearsal.ts";

const busy = (error: unknown): boolean =>
  error instanceof Failure && error.exitCode === 5 && error.diagnostics[0]?.code === "run-rehearsal-running";

Deno.test("a copy is one process's, and anybody's once that has ended", async () => {
  const folder = await Deno.makeTempDir();
  let worked = 0;
  const works = (): Promise<void> => Promise.resolve(void worked++);
  await whileNotRunning(`${folder}/none`, works);
  await whileNotRunning(folder, async () => {
    worked++;
    await assert.rejects(() => holdCopy(folder), busy);
  });
  assert.equal(worked, 2);
  const hold = `import { holdCopy } from ${
    JSON.stringify(new URL("../../lib/rehearsal/running_rehearsal.ts", import.meta.url).href)
  };
    globalThis.held = await holdCopy(Deno.args[0]);
    console.log("held");
    await new Promise((resolve) => setTimeout(resolve, 600_000));`;
  const file = `${folder}/hold.ts`;
  await Deno.writeTextFile(file, hold);
  await using other = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", file, folder],
    stdout: "piped",
  }).spawn();
  const { value } = await other.stdout.getReader().read();
  assert.equal(new TextDecoder().decode(value), "held\n");
  await assert.rejects(() => whileNotRunning(folder, works), busy);
  assert.equal(worked, 2);
  await assert.rejects(() => holdCopy(folder), busy);
  other.kill("SIGKILL");
  await other.status;
  await whileNotRunning(folder, works);
  (await holdCopy(folder))[Symbol.dispose]();
  await Deno.remove(folder, { recursive: true });
});
