/** `deno task bench:apply`: how fast a run is beside kubectl and helm, as ratios. Options: `--objects N --rounds N --rtt 0,20`. */
import { parseArgs } from "node:util";
import { testCluster } from "../embedded_cluster/fixture.ts";
import { type ApplyResult, BENCH_TOOLS, benchApply } from "./apply_bench.ts";

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
say("| | round trip | compose-ferry | kubectl | helm | of kubectl | of helm |");
say("|---|---|---|---|---|---|---|");
for (const result of results) say(row(result));

function row({ task, roundTripMs, times }: ApplyResult): string {
  const ratio = (peer: "kubectl" | "helm"): string =>
    `${(median(times.ours) / median(times[peer])).toFixed(2)} ×`;
  const spans = BENCH_TOOLS.map((tool) => span(times[tool]));
  return `| ${[task, `${roundTripMs} ms`, ...spans, ratio("kubectl"), ratio("helm")].join(" | ")} |`;
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
