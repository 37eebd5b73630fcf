/** Every case against compose-go: the same verdict and model, or a difference that docs/strictness.md explains. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { load } from "../../compose/mod.ts";
import { type Case, place, TOPICS } from "../compose/cases/mod.ts";
import { differences } from "./compare.ts";
import { hasGo, type Oracle, oracleCase, withOracle } from "./oracle.ts";

const isGo = await hasGo();
const STRICTNESS = join(import.meta.dirname ?? ".", "../../docs/strictness.md");

async function compare(cases: readonly Case[], oracle: Oracle): Promise<string[]> {
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
    ignore: !isGo,
    fn: () => withOracle(async (oracle) => assert.deepEqual(await compare(cases, oracle), [])),
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
