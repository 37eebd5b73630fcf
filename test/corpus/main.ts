/**
 * `deno task corpus DIR`: `check` and `migrate` on every stack below DIR, with no decisions, each in a namespace of its
 * own on the embedded test cluster, one after the other. Options: `--no-cluster` runs `check` alone; `--only WORD` takes
 * those whose name has the word; `-o json`; `--write FILE` writes the table as Markdown. Ends with 1 where a stack fails
 * that docker compose takes.
 */
import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { withCluster } from "../embedded_cluster/fixture.ts";
import type { TestCluster } from "../embedded_cluster/fixture.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { copyStack, stacksIn } from "./stacks.ts";
import { renderTable } from "./table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    cluster: { type: "boolean", default: true },
    only: { type: "string", default: "" },
    output: { type: "string", short: "o", default: "text" },
    write: { type: "string" },
  },
});

async function run(corpus: string, cluster?: TestCluster): Promise<readonly Outcome[]> {
  const stacks = (await stacksIn(corpus)).filter(({ name }) => name.includes(values.only));
  const parent = await Deno.makeTempDir({ prefix: "corpus-" });
  const outcomes: Outcome[] = [];
  try {
    for (const [index, stack] of stacks.entries()) {
      const outcome = await outcomeOf(stack.name, await copyStack(stack, parent), cluster);
      outcomes.push(outcome);
      const { check, migrate = "" } = outcome;
      say(
        `${index + 1} of ${stacks.length}: ${stack.name}: check ${check}${
          migrate === "" ? "" : `, migrate ${migrate}`
        }`,
      );
    }
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
  return outcomes;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

const [folder] = positionals;
if (folder === undefined) {
  say("Name the folder of the stacks: deno task corpus ../shared/corpus/public-stacks");
  Deno.exit(2);
}
const corpus = resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), folder);
const outcomes = values.cluster ? await withCluster((cluster) => run(corpus, cluster)) : await run(corpus);
const table = renderTable(outcomes, new Date().toISOString().slice(0, 10));
if (values.write !== undefined) await Deno.writeTextFile(values.write, table);
const text = values.output === "json" ? `${JSON.stringify({ schemaVersion: 1, stacks: outcomes })}\n` : table;
Deno.stdout.writeSync(new TextEncoder().encode(text));
Deno.exit(outcomes.some(({ check, migrate }) => check === "fails" || migrate === "fails") ? 1 : 0);
