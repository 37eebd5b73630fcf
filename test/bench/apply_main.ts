/** `deno task bench:apply`: how fast a run is beside kubectl, as ratios. Options: `--objects N --rounds N --rtt 0,20`. */
import { parseArgs } from "node:util";
import { testCluster } from "../embedded_cluster/fixture.ts";
import { type ApplyResult, benchApply } from "./apply_bench.ts";

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "160" },
    rounds: { type: "string", default: "5" },
    rtt: { type: "string", default: "0,20" },
  },
});

const results = await benchApply({
  objects: Number(values.objects),
  rounds: Number(values.rounds),
  roundTripsMs: values.rtt.split(",").map(Number),
  report: say,
}).finally(() => testCluster().reset(say));
say(`\n${values.objects} objects, whole processes, median of ${values.rounds} rounds (best to worst)\n`);
say("| | round trip | compose-ferry | kubectl | ratio |");
say("|---|---|---|---|---|");
for (const result of results) say(row(result));

function row({ task, roundTripMs, ours, kubectl }: ApplyResult): string {
  const ratio = median(kubectl) / median(ours);
  return `| ${task} | ${roundTripMs} ms | ${span(ours)} | ${span(kubectl)} | ${ratio.toFixed(1)} × |`;
}

function span(times: readonly number[]): string {
  const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(2);
  return `${seconds(median(times))} s (${seconds(Math.min(...times))} to ${seconds(Math.max(...times))})`;
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
