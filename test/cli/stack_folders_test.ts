/** Which folders are projects: what else lies beside them hides none. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
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
    const said = async (stacks: string): Promise<string> => {
      const refused = await stackFolders({ stacks }, "/").catch((error) => error);
      ok(refused instanceof Failure);
      return refused.diagnostics[0]?.message.replaceAll(directory, "") ?? "";
    };
    const cannot = (name: string): string => `Cannot look for projects in "/${name}": `;
    equal(await said(join(directory, "nowhere")), `${cannot("nowhere")}there is no such folder`);
    equal(await said(join(directory, "notes")), `${cannot("notes")}it is no folder`);
    equal(await said(join(directory, "empty")), 'No folder below "/empty" has a compose file');
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
