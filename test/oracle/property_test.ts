/** Files made by chance, against compose-go. `PROPERTY_RUNS` sets how many; a found difference becomes a case. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fc } from "../chance.ts";
import { load } from "../../compose/mod.ts";
import { place } from "../compose/cases/mod.ts";
import { generatedCase } from "../compose/generate.ts";
import { differences } from "./compare.ts";
import { hasGo, type Oracle, oracleCase, withOracle } from "./oracle.ts";

const RUNS = Number(Deno.env.get("PROPERTY_RUNS") ?? 2000);

/** Refusals on purpose that chance finds; docs/strictness.md explains them. */
const STRICTER: ReadonlySet<string> = new Set(["compose-restart", "compose-command"]);

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
  ignore: !(await hasGo()),
  fn: () =>
    withOracle(async (oracle) => {
      const root = await Deno.makeTempDir({ prefix: "chance" });
      await fc.assert(
        fc.asyncProperty(generatedCase, async (each) => {
          assert.deepEqual(await compare(oracle, each, join(root, "case")), []);
        }),
        { numRuns: RUNS },
      );
      await Deno.remove(root, { recursive: true });
    }),
});
