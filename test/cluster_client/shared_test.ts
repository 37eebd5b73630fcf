import assert from "node:assert/strict";
import { shared } from "../../lib/cluster/kubeconfig_plugin.ts";

Deno.test("shared() works once for all who ask at once, again for the next, and also after a failure", async () => {
  let count = 0;
  const ask = shared(async () => {
    await Promise.resolve();
    if (++count === 2) throw new Error("no");
    return count;
  });
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [1, 1, 1]);
  await assert.rejects(Promise.all([ask(), ask()]), /no/);
  assert.equal(await ask(), 3);
});
