import assert from "node:assert/strict";
import { parseMountinfo } from "../../lib/node/mountinfo.ts";
import { newestFile } from "../../lib/node/newest_file.ts";
import { newestSnapshot } from "../../lib/node/zfs_snapshots.ts";

Deno.test("newestFile() is the newest that has something in it, of a folder or of itself", async () => {
  const folder = await Deno.makeTempDir();
  const write = async (name: string, text: string, day: string): Promise<void> => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    await Deno.utime(`${folder}/${name}`, new Date(day), new Date(day));
  };
  assert.equal(await newestFile(folder), undefined);
  await write("empty.sql", "", "2026-12-03");
  await write(".hidden", "x", "2026-12-04");
  assert.equal(await newestFile(folder), undefined);
  await write("monday.sql", "x", "2026-11-30");
  await write("tuesday.sql", "x", "2026-12-01");
  await write("sunday.sql", "x", "2026-11-29");
  assert.equal((await newestFile(folder))?.toISOString(), "2026-12-01T00:00:00.000Z");
  assert.equal((await newestFile(`${folder}/sunday.sql`))?.toISOString(), "2026-11-29T00:00:00.000Z");
  assert.equal(await newestFile(`${folder}/nothing`), undefined);
  await Deno.remove(folder, { recursive: true });
});

const MOUNTS = parseMountinfo(`23 1 8:1 / / rw - ext4 /dev/sda1 rw
40 23 0:50 / /tank rw,noatime - zfs tank rw,xattr
41 40 0:51 / /tank/my\\040data rw,noatime - zfs tank/my\\040data rw,xattr
`);

Deno.test("newestSnapshot() asks for the data set that the directory lies on, and takes the last", async () => {
  const asked: string[] = [];
  const list = (dataset: string): Promise<string> => {
    asked.push(dataset);
    return Promise.resolve(`1700000000\t${dataset}@old\n1764547200\t${dataset}@new\n`);
  };
  assert.deepEqual(await newestSnapshot("/tank/my data/db", MOUNTS, list), {
    at: new Date("2025-12-01T00:00:00.000Z"),
    name: "tank/my data@new",
  });
  assert.equal(await newestSnapshot("/srv/db", MOUNTS, list), undefined);
  assert.deepEqual(asked, ["tank/my data"]);
  assert.equal(await newestSnapshot("/tank/db", MOUNTS, () => Promise.resolve("")), undefined);
  assert.equal(await newestSnapshot("/tank/db", MOUNTS, () => Promise.resolve(undefined)), undefined);
});
