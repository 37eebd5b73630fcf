/** What a command computes, it computes once: calls are counted by V8 itself, in the program as it is. */
import assert from "node:assert/strict";
import { callsOf, ONCE } from "./call_counts.ts";

Deno.test("check loads once, converts once and plans once", async () => {
  const { calls, code } = await callsOf(["check"]);
  assert.equal(code, 0);
  assert.deepEqual(calls, ONCE);
});
