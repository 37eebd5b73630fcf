/**
 * `deno task test:faults`: kills the runner at every request of a reference run and harms every request in every
 * way of the matrix, on the real API server; its audit log is the judge. Options:
 * `--minutes N` stops after that time, having taken the scenarios in a fixed shuffled order;
 * `--from N` begins at the Nth of them, where an earlier call stopped, and `--requests N` with `--writes N` makes the
 * list the same as that call's, because a run may ask once more or less while it waits;
 * `--only WORD` takes those whose name has the word; `--parallel N`.
 */
import { parseArgs } from "node:util";
import { withArena } from "./arena.ts";
import { plannedScenarios, type Sent } from "./planned.ts";
import { type Arena, type Planned, runChild, scenario, type Verdict } from "./scenario.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1000" },
    from: { type: "string", default: "0" },
    requests: { type: "string", default: "0" },
    writes: { type: "string", default: "0" },
    only: { type: "string", default: "" },
    parallel: { type: "string", default: "4" },
  },
});

/** The namespace of the run without a fault; a word that stands nowhere else in what it leaves behind. */
const UNHARMED = "scenario-unharmed";

/** What so many scenarios leave behind slows the cluster down; emptying it as a whole is quicker than deleting. */
const SCENARIOS_PER_CLUSTER = 120;

async function runAll(): Promise<number> {
  const reference = await withArena(say, runUnharmed);
  const requests = Number(values.requests) || reference.requests;
  const writes = Number(values.writes) || reference.writes;
  const all = plannedScenarios({ requests, writes }).filter(({ name }) => name.includes(values.only));
  const wanted = all.slice(Number(values.from));
  say(
    `The reference run sends ${requests} requests, ${writes} of them writes; ${wanted.length} of ${all.length} scenarios`,
  );
  const deadline = performance.now() + Number(values.minutes) * 60_000;
  const verdicts: Verdict[] = [];
  for (let first = 0; first < wanted.length && performance.now() < deadline; first += SCENARIOS_PER_CLUSTER) {
    const batch = wanted.slice(first, first + SCENARIOS_PER_CLUSTER);
    verdicts.push(...await withArena(say, (arena) => runBatch(arena, reference.left, batch, deadline)));
    say(`${verdicts.length} of ${wanted.length} scenarios`);
  }
  return report(verdicts, wanted.length);
}

/** What a run sends and leaves behind that meets no fault: all others are compared with it. */
async function runUnharmed(arena: Arena): Promise<Sent & { readonly left: Snapshot }> {
  const { code, output, requests, writes } = await runChild(arena, UNHARMED, () => () => undefined);
  if (code !== 0) throw new Error(`The reference run failed:\n${output}`);
  const left = await snapshotOf(arena.client, UNHARMED);
  if (left.size < 100) throw new Error(`The reference run left only ${left.size} objects`);
  return { requests, writes, left };
}

async function runBatch(
  arena: Arena,
  unharmed: Snapshot,
  batch: readonly Planned[],
  deadline: number,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const queue = [...batch];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && performance.now() < deadline; next = queue.shift()) {
      const verdict = await scenario(arena, unharmed, next);
      verdicts.push(verdict);
      if (verdict.problem !== undefined) say(`FAILED ${verdict.name}: ${verdict.problem}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.parallel) }, worker));
  return verdicts;
}

function report(verdicts: readonly Verdict[], planned: number): number {
  const failed = verdicts.filter(({ problem }) => problem !== undefined);
  const faults = verdicts.reduce((sum, verdict) => sum + verdict.faults, 0);
  const times = verdicts.map(({ recoveryMs }) => recoveryMs).sort((left, right) => left - right);
  const at = (part: number): number => Math.round(times[Math.floor((times.length - 1) * part)] ?? 0);
  say(`${verdicts.length} of ${planned} scenarios, ${faults} faults injected, ${failed.length} failed`);
  const missed = verdicts.filter(({ faults }) => faults === 0);
  if (missed.length > 0) say(`${missed.length} of them ended before the request that was to be harmed`);
  say(`The run after the fault took ${at(0.5)} ms (median), ${at(0.95)} ms (p95)`);
  return failed.length === 0 && verdicts.length > 0 ? 0 : 1;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

Deno.exitCode = await runAll();
