import assert from "node:assert/strict";
import { compareIds } from "../../lib/migration/order.ts";

Deno.test("compareIds() orders by number, whatever the width, then by text", () => {
  const ids = ["1000_c", "999_b", "0999_a", "access", "010_a", "99_z", "100_y"];
  assert.deepEqual(ids.sort(compareIds), ["010_a", "99_z", "100_y", "0999_a", "999_b", "1000_c", "access"]);
  assert.equal(compareIds("010_a", "010_a"), 0);
});
