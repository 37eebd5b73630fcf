/** Every case against compose-go: the same verdict and model, or a difference that docs/strictness.md explains. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { load } from "../../compose/mod.ts";
import { type Case, place, TOPICS } from "../compose/cases/mod.ts";
import { differences } from "./compare.ts";
import { oracleCase, startOracle } from "./oracle.ts";

const oracle = await startOracle();
// deno-lint-ignore no-console -- a skipped test has to say why
if (oracle === undefined) console.warn("skipped: Go is not installed, so compose-go cannot be asked");

const STRICTNESS = join(import.meta.dirname ?? ".", "../../docs/strictness.md");

async function compare(cases: readonly Case[]): Promise<string[]> {
  assert.ok(oracle);
  const root = await Deno.makeTempDir({ prefix: "oracle" });
  const options: Awaited<ReturnType<typeof place>>[] = [];
  for (const [index, each] of cases.entries()) options.push(await place(each, join(root, String(index))));
  const answers = await oracle.ask(options.map(oracleCase));
  const unexplained: string[] = [];
  for (const [index, each] of cases.entries()) {
    const given = options[index];
    const answer = answers[index];
    assert.ok(given && answer);
    const found = differences(await load(given), answer);
    if (each.differs === undefined) unexplained.push(...found.map((line) => `${each.name}: ${line}`));
    else if (found.length === 0) unexplained.push(`${each.name}: no difference, although one is explained`);
  }
  await Deno.remove(root, { recursive: true });
  return unexplained;
}

for (const [topic, cases] of Object.entries(TOPICS)) {
  Deno.test({
    name: `load() agrees with compose-go on ${cases.length} cases of ${topic}`,
    ignore: oracle === undefined,
    fn: async () => assert.deepEqual(await compare(cases), []),
  });
}

Deno.test("every difference from compose-go has a heading in docs/strictness.md, and a case", async () => {
  const text = await Deno.readTextFile(STRICTNESS);
  const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading ?? "").sort();
  const reasons = Object.values(TOPICS).flat().map(({ differs }) => differs).filter((each) =>
    each !== undefined
  );
  assert.deepEqual([...new Set(reasons)].sort(), headings);
});
