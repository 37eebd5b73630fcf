/**
 * `deno task bench:large`: whether large stacks take time and memory in proportion. Each size in a process of its own,
 * in turns; of the way from files to a plan the CPU's time. Options: `--services 1000,10000 --migrations 5,50 --rounds N`; `--services ""` leaves that part away.
 */
import { parseArgs } from "node:util";
import { testCluster, withCluster } from "../embedded_cluster/fixture.ts";
import type { LargeResult } from "./large_child.ts";
import type { LargeRun } from "./large_run_child.ts";
import { writeLargeStack } from "./large_stack.ts";

const { values } = parseArgs({
  options: {
    services: { type: "string", default: "1000,10000" },
    migrations: { type: "string", default: "5,50" },
    rounds: { type: "string", default: "5" },
  },
});
const rounds = Number(values.rounds);

await planned(numbers(values.services));
const runs = numbers(values.migrations);
if (runs.length > 0) await run(runs).finally(() => testCluster().reset(say));

/** From files to a plan. */
async function planned(sizes: readonly number[]): Promise<void> {
  const stacks = await Promise.all(sizes.map(writeLargeStack));
  const results = stacks.map((): LargeResult[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { directory }] of stacks.entries()) {
      const result = await child<LargeResult>("large_child.ts", [directory]);
      if (result.errors.length > 0) throw new Error(`The stack has errors: ${result.errors.join("; ")}`);
      results[index]?.push(result);
    }
  }
  await Promise.all(stacks.map(({ directory }) => Deno.remove(directory, { recursive: true })));
  if (sizes.length === 0) return;
  say(
    "| services | objects | findings | loading | mounts | routes | facts, objects and plan | most memory |",
  );
  say("|---|---|---|---|---|---|---|---|");
  for (const all of results) {
    const at = (key: "loadMs" | "mountsMs" | "routingMs" | "planMs"): string =>
      `${(median(all.map((one) => one[key])) / 1_000).toFixed(2)} s`;
    const [one] = all;
    say(
      `| ${
        [
          ...[one?.services, one?.objects, one?.findings],
          ...[at("loadMs"), at("mountsMs"), at("routingMs"), at("planMs")],
          `${median(all.map(({ peakMb }) => peakMb))} MB`,
        ].join(" | ")
      } |`,
    );
  }
  grown(
    results.map((all) =>
      median(all.map(({ loadMs, mountsMs, routingMs, planMs }) => loadMs + mountsMs + routingMs + planMs))
    ),
    sizes,
  );
}

/** To a real API server. */
async function run(sizes: readonly number[]): Promise<void> {
  await withCluster(async ({ kubeconfigPath, prefix }) => {
    const results = sizes.map((): LargeRun[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, size] of sizes.entries()) {
        const args = [kubeconfigPath, `${prefix}-${size}-${round}`, String(size)];
        results[index]?.push(await child<LargeRun>("large_run_child.ts", args));
      }
    }
    say("\n| migrations | objects | first run | requests | nothing to do | requests | most memory |");
    say("|---|---|---|---|---|---|---|");
    for (const [index, all] of results.entries()) {
      const of = (key: keyof LargeRun): number => median(all.map((one) => one[key]));
      const seconds = (key: "firstMs" | "againMs"): string => `${(of(key) / 1_000).toFixed(2)} s`;
      say(
        `| ${
          [
            ...[sizes[index], of("objects"), seconds("firstMs"), of("requests")],
            ...[seconds("againMs"), of("againRequests"), `${of("peakMb")} MB`],
          ].join(" | ")
        } |`,
      );
    }
    grown(results.map((all) => median(all.map(({ firstMs }) => firstMs))), sizes);
  });
}

function grown(times: readonly number[], sizes: readonly number[]): void {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const [small = 0, large = 0] = [sizes[0], sizes.at(-1)];
  if (sizes.length > 1) say(`${large / small} times as many take ${(last / first).toFixed(1)} × the time`);
}

async function child<Result>(script: string, args: readonly string[]): Promise<Result> {
  const path = new URL(script, import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", path, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${script} ${args.join(" ")} failed`);
  // The edge: our own child's JSON.
  return JSON.parse(new TextDecoder().decode(stdout)) as Result;
}

function numbers(text: string): readonly number[] {
  return text === "" ? [] : text.split(",").map(Number);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
