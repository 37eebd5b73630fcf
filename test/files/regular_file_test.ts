import { ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { readRegularText, readRegularTextSync } from "../../lib/files/regular_file.ts";

Deno.test("what is not there is said in words, and stays of its class", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const file = join(directory, "a.yaml");
    await Deno.writeTextFile(file, "");
    for (
      const [path, kind] of [[join(directory, "b"), Deno.errors.NotFound], [
        join(file, "c"),
        Deno.errors.NotADirectory,
      ]] as const
    ) {
      const isTold = (error: unknown): boolean => {
        ok(error instanceof kind && error.message === "there is no such file", String(error));
        return true;
      };
      await rejects(readRegularText(path), isTold);
      throws(() => readRegularTextSync(path), isTold);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
