/** Which folders are projects: what else lies beside them hides none. */
import { deepEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { stackFolders } from "../../lib/cli/stack_folders.ts";

Deno.test("links that lead nowhere, files and empty folders hide no project", async () => {
  const directory = await Deno.makeTempDir({ prefix: "ferry-folders-" });
  try {
    for (const name of ["blog", "shop", "empty"]) await Deno.mkdir(join(directory, name));
    await Deno.writeTextFile(join(directory, "blog/compose.yaml"), "services: {}\n");
    await Deno.writeTextFile(join(directory, "shop/docker-compose.yml"), "services: {}\n");
    await Deno.writeTextFile(join(directory, "notes"), "");
    await Deno.symlink(join(directory, "nowhere"), join(directory, "a-broken-link"));
    await Deno.symlink(join(directory, "shop"), join(directory, "a-link"));
    const folders = await stackFolders({ stacks: directory }, "/");
    deepEqual(folders, ["a-link", "blog", "shop"].map((name) => join(directory, name)));
    await rejects(stackFolders({ stacks: join(directory, "nowhere") }, "/"), { name: "Failure" });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
