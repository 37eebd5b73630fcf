import assert from "node:assert/strict";
import { join } from "node:path";
import { archiveOf } from "../../lib/docker/archive.ts";
import { firstFile } from "../../lib/docker/image_facts.ts";

Deno.test("archiveOf() is what a reader of archives gives back", () => {
  for (const content of ["", "one\n", "ä".repeat(700), "x".repeat(512)]) {
    const file = firstFile(archiveOf("compose-ferry.yml", content));
    assert.equal(new TextDecoder().decode(file), content);
  }
});

Deno.test("archiveOf() is what tar itself unpacks", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(directory, "archive.tar"), archiveOf("compose-ferry.yml", "routes\n"));
    const args = ["--extract", "--file", join(directory, "archive.tar"), "--directory", directory];
    const { success, stderr } = await new Deno.Command("tar", { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.equal(await Deno.readTextFile(join(directory, "compose-ferry.yml")), "routes\n");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
