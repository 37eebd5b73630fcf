/** What the move of FAF's stack is judged by has to find what it is to find. */
import { deepEqual, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { readTurns, turnsOf } from "./journals.ts";
import { TWO_AT_ONCE } from "./keeping_images.ts";

Deno.test("turnsOf() are those who wrote, one after the other", () => {
  deepEqual(turnsOf("docker 1\ndocker 2\ncluster 1\ncluster 2\ncluster 3\ndocker 1\n"), [
    { side: "docker", lines: 2 },
    { side: "cluster", lines: 3 },
    { side: "docker", lines: 1 },
  ]);
  deepEqual(turnsOf(""), []);
});

Deno.test("turnsOf() finds a line that is missing, one of somebody else, and one that is none", () => {
  throws(() => turnsOf("docker 1\ndocker 3\n"), /"docker 3" does not follow docker 1/);
  throws(() => turnsOf("docker 1\ncluster 1\ndocker 2\n"), /"docker 2" does not follow cluster 1/);
  throws(() => turnsOf("docker 1\nsomebody\n"), /"somebody" does not follow docker 1/);
  throws(() => turnsOf("docker 2\n"), /"docker 2" does not follow nothing/);
});

Deno.test("readTurns() finds what is not there, and who met somebody", async () => {
  const directory = await Deno.makeTempDir();
  const kept = [{ service: "db", directory }];
  await rejects(readTurns(kept), Deno.errors.NotFound);
  await Deno.writeTextFile(join(directory, "journal-of-db"), "docker 1\n");
  deepEqual([...(await readTurns(kept)).values()], [[{ side: "docker", lines: 1 }]]);
  await Deno.writeTextFile(join(directory, TWO_AT_ONCE), "db on other\n");
  await rejects(readTurns(kept), /Two at once in .*: db on other/);
  await Deno.remove(directory, { recursive: true });
});
