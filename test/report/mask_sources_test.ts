import assert from "node:assert/strict";
import { maskSources } from "../../lib/report/mask_sources.ts";

Deno.test("maskSources() hides values by what they are, and keeps lines and columns", () => {
  const text = "a: hunter2x # first\nkey: |\n  one\n  two\nport: 80\n";
  const masked = maskSources(new Map([["compose.yaml", text]]), ["hunter2x", "one\n  two", "80"]);
  assert.equal(masked.get("compose.yaml"), "a: ******** # first\nkey: |\n  ***\n*****\nport: 80\n");
});
