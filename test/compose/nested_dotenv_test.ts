/** `.env` files whose values nest: those of people are read as compose reads them, those that harm are refused at once. */
import { deepEqual, equal, match } from "node:assert/strict";
import { readDotenv } from "../../compose/interpolation/dotenv.ts";

function nested(depth: number, inner = "c"): string {
  return `${"${B:-".repeat(depth)}${inner}${"}".repeat(depth)}`;
}

Deno.test("defaults within defaults are read", () => {
  for (const depth of [1, 2, 3, 20]) {
    const { values, problem } = readDotenv(`A=${nested(depth)}\nD="${nested(depth)}"\n`, () => undefined);
    equal(problem, undefined);
    deepEqual([values.get("A")?.value, values.get("D")?.value], ["c", "c"]);
  }
});

Deno.test("what nests by the thousand is refused at its place, and what is open or closed too often", () => {
  for (const depth of [5_000, 100_000]) {
    for (
      const value of [nested(depth), `"${nested(depth)}"`, "${B:-".repeat(depth), "${B:-${C:-".repeat(depth)]
    ) {
      const { problem } = readDotenv(`X=y\nA=${value}\n`, () => undefined);
      match(problem?.message ?? "", /malformed variable/);
      equal(problem?.start, "X=y\nA=".length);
    }
    const braces = readDotenv(`A=${"}".repeat(depth)}\n`, () => undefined);
    equal(braces.values.get("A")?.value.length, depth);
  }
});
