/**
 * `deno task corpus DIR`: `check` and `migrate` on every stack below DIR, with no decisions, each in a namespace of its
 * own on the embedded test cluster, one after the other. Options: `--no-cluster` runs `check` alone; `--only WORD` takes
 * those whose name has the word; `-o json`; `--write FILE` writes the table as Markdown. `--resume FILE` keeps each
 * outcome in FILE as it comes, a line each, and does not run again what stands there, so that a corpus can be run in
 * parts; `--minutes N` ends such a part. Ends with 1 where a stack fails that docker compose takes.
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
    resume: { type: "string" },
    minutes: { type: "string", default: "Infinity" },
  },
});

async function run(corpus: string, cluster?: TestCluster): Promise<readonly Outcome[]> {
  const stacks = (await stacksIn(corpus)).filter(({ name }) => name.includes(values.only));
  const parent = await Deno.makeTempDir({ prefix: "corpus-" });
  const before = values.resume === undefined ? [] : await outcomesIn(values.resume);
  const outcomes = stacks.flatMap(({ name }) => before.find(({ stack }) => stack === name) ?? []);
  const done = new Set(outcomes.map(({ stack }) => stack));
  const end = performance.now() + Number(values.minutes) * 60_000;
  try {
    for (const [index, stack] of stacks.entries()) {
      if (done.has(stack.name)) continue;
      if (performance.now() > end) {
        say(`${stacks.length - outcomes.length} are left for another part`);
        break;
      }
      const outcome = await outcomeOf(stack.name, await copyStack(stack, parent), cluster);
      outcomes.push(outcome);
      if (values.resume !== undefined) await keep(values.resume, outcome);
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
  return outcomes.sort((left, right) => left.stack < right.stack ? -1 : 1);
}

/** What earlier parts have kept. */
async function outcomesIn(file: string): Promise<readonly Outcome[]> {
  try {
    const lines = (await Deno.readTextFile(file)).split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as Outcome);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function keep(file: string, outcome: Outcome): Promise<void> {
  await Deno.writeTextFile(file, `${JSON.stringify(outcome)}\n`, { append: true });
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
