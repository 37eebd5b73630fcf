/** Files made by chance, against compose-go. `PROPERTY_RUNS` sets how many; a found difference becomes a case. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { load } from "../../compose/mod.ts";
import { place } from "../compose/cases/mod.ts";
import { generatedCase } from "../compose/generate.ts";
import { differences } from "./compare.ts";
import { type Oracle, oracleCase, startOracle } from "./oracle.ts";

const RUNS = Number(Deno.env.get("PROPERTY_RUNS") ?? 2000);

/** Refusals on purpose that chance finds; docs/strictness.md explains them. */
const STRICTER: ReadonlySet<string> = new Set(["compose-restart", "compose-command"]);

const oracle = await startOracle();
// deno-lint-ignore no-console -- a skipped test has to say why
if (oracle === undefined) console.warn("skipped: Go is not installed, so compose-go cannot be asked");

async function compare(oracle: Oracle, each: Parameters<typeof place>[0], root: string): Promise<string[]> {
  await Deno.remove(root, { recursive: true }).catch(() => {});
  const options = await place(each, root);
  const [answer] = await oracle.ask([oracleCase(options)]);
  const ours = await load(options);
  assert.ok(answer);
  const errors = ours.diagnostics.filter(({ severity }) => severity === "error");
  const isStricter = errors.length > 0 && errors.every(({ code }) => STRICTER.has(code));
  return isStricter ? [] : differences(ours, answer);
}

Deno.test({
  name: `load() agrees with compose-go on ${RUNS} files made by chance`,
  ignore: oracle === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    assert.ok(oracle);
    const root = await Deno.makeTempDir({ prefix: "chance" });
    await fc.assert(
      fc.asyncProperty(generatedCase, async (each) => {
        assert.deepEqual(await compare(oracle, each, join(root, "case")), []);
      }),
      { numRuns: RUNS },
    );
    await Deno.remove(root, { recursive: true });
  },
});
