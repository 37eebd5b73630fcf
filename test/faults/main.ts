/**
 * `deno task test:faults`: kills the runner at every request of a reference run and harms every request in every
 * way of the matrix, on the real API server; its audit log is the judge. Options:
 * `--minutes N` stops after that time, having taken the scenarios in a fixed shuffled order;
 * `--from N` begins at the Nth of them, where an earlier call stopped, and `--requests N` makes the list the same as
 * that call's, because a run may ask once more or less while it waits;
 * `--only WORD` takes those whose name has the word; `--parallel N`.
 */
import { parseArgs } from "node:util";
import { type Fault, HARMS, WATCH_HARMS } from "./harms.ts";
import { withArena } from "./arena.ts";
import type { Choose } from "./proxy.ts";
import { type Arena, runChild, scenario, type Verdict, type Victim } from "./scenario.ts";

/** A scenario before it is run. */
interface Planned {
  readonly name: string;
  readonly harm: (victim: Victim) => Choose;
  readonly mayEnd: boolean;
}

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1000" },
    from: { type: "string", default: "0" },
    requests: { type: "string", default: "0" },
    only: { type: "string", default: "" },
    parallel: { type: "string", default: "4" },
  },
});

/** What so many scenarios leave behind slows the cluster down; emptying it as a whole is quicker than deleting. */
const SCENARIOS_PER_CLUSTER = 120;

async function runAll(): Promise<number> {
  const requests = Number(values.requests) || await withArena(say, countRequests);
  const all = shuffled([...kills(requests), ...requestFaults(requests), ...watchFaults()])
    .filter(({ name }) => name.includes(values.only));
  const wanted = all.slice(Number(values.from));
  say(`The reference run sends ${requests} requests; ${wanted.length} of ${all.length} scenarios`);
  const deadline = performance.now() + Number(values.minutes) * 60_000;
  const verdicts: Verdict[] = [];
  for (let first = 0; first < wanted.length && performance.now() < deadline; first += SCENARIOS_PER_CLUSTER) {
    const batch = wanted.slice(first, first + SCENARIOS_PER_CLUSTER);
    verdicts.push(...await withArena(say, (arena) => runBatch(arena, batch, deadline)));
    say(`${verdicts.length} of ${wanted.length} scenarios`);
  }
  return report(verdicts, wanted.length);
}

async function countRequests(arena: Arena): Promise<number> {
  const reference = await runChild(arena, "reference", () => () => undefined);
  if (reference.code !== 0) throw new Error(`The reference run failed:\n${reference.output}`);
  return reference.requests;
}

async function runBatch(arena: Arena, batch: readonly Planned[], deadline: number): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const queue = [...batch];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && performance.now() < deadline; next = queue.shift()) {
      const verdict = await scenario(arena, next.name, next.harm, next.mayEnd);
      verdicts.push(verdict);
      if (verdict.problem !== undefined) say(`FAILED ${verdict.name}: ${verdict.problem}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.parallel) }, worker));
  return verdicts;
}

const PHASES = ["before sending", "after commit", "after the answer"] as const;

function kills(requests: number): Planned[] {
  return Array.from({ length: requests }, (_, index) => index + 1).flatMap((index) =>
    PHASES.flatMap((phase) =>
      (["SIGKILL", "SIGINT"] as const).map((signal) => ({
        name: `${signal} ${phase} at request ${index}`,
        harm: (victim: Victim) => killAt(victim, index, phase, signal),
        mayEnd: false,
      }))
    )
  );
}

function killAt(victim: Victim, at: number, phase: (typeof PHASES)[number], signal: Deno.Signal): Choose {
  return ({ index, isWatch }) => {
    if (isWatch || index !== at) return undefined;
    return async (exchange) => {
      if (phase === "before sending") {
        victim.kill(signal);
        // An interrupted run still gets its answer; a killed one asks for nothing any more.
        if (signal === "SIGINT") await exchange.pass(await exchange.commit());
        return;
      }
      const answer = await exchange.commit();
      if (phase === "after commit") victim.kill(signal);
      await exchange.pass(answer);
      if (phase === "after the answer") victim.kill(signal);
    };
  };
}

/** Of a fault that the run outlives, one scenario harms every third request from an offset on. */
const STRIDE = 3;

function requestFaults(requests: number): Planned[] {
  return Object.entries(HARMS).flatMap(([name, fault]) => {
    const stride = fault.once ? requests : STRIDE;
    return Array.from({ length: stride }, (_, offset) => ({
      name: `${name} at request ${offset + 1}${fault.once ? "" : " and every third after"}`,
      harm: () => harmEvery(fault, stride, offset + 1),
      mayEnd: fault.ends,
    }));
  });
}

function harmEvery({ harm, writesOnly }: Fault, stride: number, first: number): Choose {
  return ({ index, method, path, isWatch }) => {
    const isWrite = method !== "GET" && !path.endsWith("reviews");
    if (isWatch || writesOnly && !isWrite) return undefined;
    return index % stride === first % stride ? harm : undefined;
  };
}

function watchFaults(): Planned[] {
  return Object.entries(WATCH_HARMS).map(([name, harm]) => ({
    name,
    harm: () => ({ index, isWatch }: { index: number; isWatch: boolean }) =>
      isWatch && index % 2 === 1 ? harm : undefined,
    mayEnd: false,
  }));
}

function report(verdicts: readonly Verdict[], planned: number): number {
  const failed = verdicts.filter(({ problem }) => problem !== undefined);
  const faults = verdicts.reduce((sum, verdict) => sum + verdict.faults, 0);
  const times = verdicts.map(({ recoveryMs }) => recoveryMs).sort((left, right) => left - right);
  const at = (part: number): number => Math.round(times[Math.floor((times.length - 1) * part)] ?? 0);
  say(`${verdicts.length} of ${planned} scenarios, ${faults} faults injected, ${failed.length} failed`);
  say(`The run after the fault took ${at(0.5)} ms (median), ${at(0.95)} ms (p95)`);
  return failed.length === 0 && verdicts.length > 0 ? 0 : 1;
}

/** A fixed order in which a part of the scenarios is a fair sample of all (linear congruential generator). */
function shuffled<Item>(items: readonly Item[]): Item[] {
  let seed = 20_260_101;
  return items.map((item) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return { item, seed };
  }).sort((left, right) => left.seed - right.seed).map(({ item }) => item);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

Deno.exitCode = await runAll();
