import assert from "node:assert/strict";
import { join } from "node:path";
import { userShift } from "../../lib/node/user_map.ts";

Deno.test("userShift() is what an engine that remaps users gives, and 0 for a process of the machine", async () => {
  const proc = await Deno.makeTempDir();
  const maps: Readonly<Record<number, string>> = {
    1: "         0          0 4294967295\n",
    2: "         0     100000      65536\n     65536     165536 10\n",
    3: "",
  };
  for (const [pid, text] of Object.entries(maps)) {
    await Deno.mkdir(join(proc, pid));
    await Deno.writeTextFile(join(proc, pid, "uid_map"), text);
  }
  assert.equal(await userShift(1, proc), 0);
  assert.equal(await userShift(2, proc), 100_000);
  assert.equal(await userShift(3, proc), undefined);
  assert.equal(await userShift(4, proc), undefined, "it is gone");
  await Deno.remove(proc, { recursive: true });
});

Deno.test({
  name: "userShift() reads what the kernel writes",
  ignore: Deno.build.os !== "linux",
  fn: async () => assert.equal(typeof await userShift(Deno.pid), "number"),
});
