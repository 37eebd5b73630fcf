/** `deno task bench:compose`: loading beside compose-go. Options: `--services N --rounds N --growth 100,1000,10000`. */
import { parseArgs } from "node:util";
import { benchCompose, type ComposeTimes } from "./compose_bench.ts";

const { values } = parseArgs({
  options: {
    services: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
    growth: { type: "string", default: "100,1000,10000" },
  },
});

const results = await benchCompose({
  services: Number(values.services),
  rounds: Number(values.rounds),
  growth: values.growth.split(",").map(Number),
  report: say,
});
say("\nmedian of the rounds (best to worst)\n");
say("| | compose-ferry | compose-go | ratio |");
say("|---|---|---|---|");
for (const result of results) say(row(result));

function row({ task, ours, theirs }: ComposeTimes): string {
  const ratio = theirs.length === 0 ? "–" : `${(median(theirs) / median(ours)).toFixed(1)} ×`;
  return `| ${task} | ${span(ours)} | ${theirs.length === 0 ? "refused" : span(theirs)} | ${ratio} |`;
}

function span(times: readonly number[]): string {
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return `${median(times).toFixed(0)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`;
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
