/** The list of all scenarios: what is done to which request of a run. */
import { LOCK_ANNOTATION, MIGRATION_PREFIX, STATE_NAME } from "../../lib/run/names.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { CONFLICT, type Fault, HARMS, STALLS } from "./harms.ts";
import type { Choose } from "./proxy.ts";
import type { Planned, Victim } from "./scenario.ts";
import { WATCH_HARMS } from "./watch_harms.ts";

/** The request at which a run is killed. */
type At = (request: Parameters<Choose>[0]) => boolean;

/** What a run sends that meets no fault. */
export interface Sent {
  readonly requests: number;
  /** Of them. */
  readonly writes: number;
}

/** The last writes first, then the rest in a fixed order of which any part is a fair sample. */
export function plannedScenarios(sent: Sent): readonly Planned[] {
  const rest = [
    ...kills(sent.requests),
    ...requestFaults(sent),
    ...stalls(sent.requests),
    ...storms(sent.writes),
    ...watchFaults(),
  ];
  return [...killsAtTheEnd(), ...shuffled(rest)];
}

const PHASES = ["before sending", "after commit", "after the answer"] as const;

/** How many requests a run sends differs by a few, with the heartbeats and waits that its time has room for. */
const GIVE = 20;

function kills(requests: number): Planned[] {
  return numbers(requests).flatMap((wanted) => {
    // Ctrl-C ends a run that has still something to do.
    const codes = wanted <= requests - GIVE ? [130] : [0, 130];
    return killsAt(`request ${wanted}`, ({ index }) => index === wanted, codes);
  });
}

/** So the last writes are found by what they say, not by their number. */
function killsAtTheEnd(): Planned[] {
  return [
    ...killsAt(
      "the last begin of a migration",
      ({ method, path, body }) =>
        isRecord(method, path) && body.includes(LOCK_ANNOTATION) && isLastBegun(body),
    ),
    ...killsAt(
      "the last record, which ends the lock",
      ({ method, path, body }) => isRecord(method, path) && !body.includes(LOCK_ANNOTATION),
    ),
    ...killsAt(
      "the end of the Lease",
      ({ method, path, body }) =>
        method === "PUT" && path.includes("/leases/") && !body.includes("holderIdentity"),
    ),
  ];
}

function isRecord(method: string, path: string): boolean {
  return method === "PUT" && path.includes(`/configmaps/${STATE_NAME}`);
}

function isLastBegun(body: string): boolean {
  // The edge: a request of our own.
  const { metadata } = JSON.parse(body) as { metadata: { annotations: Record<string, string> } };
  const records = Object.entries(metadata.annotations).filter(([name]) => name.startsWith(MIGRATION_PREFIX));
  const begun = records.filter(([, record]) => record.includes('"state":"running"'));
  return records.length === referencePlan("any").migrations.length && begun.length === 1;
}

function killsAt(point: string, at: At, codes: readonly number[] = [0, 130]): Planned[] {
  return PHASES.flatMap((phase) =>
    (["SIGKILL", "SIGINT"] as const).map((signal) => ({
      name: `${signal} ${phase} at ${point}`,
      harm: (victim: Victim) => killOnce(victim, at, phase, signal),
      codes,
    }))
  );
}

function killOnce(victim: Victim, at: At, phase: (typeof PHASES)[number], signal: Deno.Signal): Choose {
  let isDone = false;
  return (request) => {
    if (isDone || request.isWatch || !at(request)) return undefined;
    isDone = true;
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

function requestFaults({ requests, writes }: Sent): Planned[] {
  return Object.entries(HARMS).flatMap(([name, fault]) => {
    const codes = fault.ends ? undefined : [0];
    const what = fault.writesOnly ? "write" : "request";
    return fault.once
      ? numbers(fault.writesOnly ? writes : requests).map((at) => ({
        name: `${name} at ${what} ${at}`,
        harm: () => harmNth(fault, (nth) => nth === at),
        codes,
      }))
      : numbers(STRIDE).map((offset) => ({
        name: `${name} at ${what} ${offset} and every third after`,
        harm: () => harmNth(fault, (nth) => nth % STRIDE === offset % STRIDE),
        codes,
      }));
  });
}

/** Counts the requests, or the writes alone where others never get that answer. */
function harmNth({ harm, writesOnly }: Fault, isMeant: (nth: number) => boolean): Choose {
  let nth = 0;
  return ({ isWatch, isWrite }) => {
    if (isWatch || writesOnly && !isWrite) return undefined;
    return isMeant(++nth) ? harm : undefined;
  };
}

/** One in so many requests is stalled: each takes as long as the client waits. */
const STALLED = 12;

function stalls(requests: number): Planned[] {
  return Object.entries(STALLS).flatMap(([name, harm], kind) =>
    numbers(Math.floor(requests / STALLED)).map((part) => part * STALLED - kind * STALLED / 2).map((at) => ({
      name: `${name} at request ${at}`,
      harm: (): Choose => ({ index, isWatch }) => !isWatch && index === at ? harm : undefined,
      codes: [0],
    }))
  );
}

/** So many answers in a row say that somebody else was faster, to one write and its repetitions. */
const STORM = 20;
const STORMED = 8;

function storms(writes: number): Planned[] {
  return numbers(Math.floor(writes / STORMED)).map((part) => part * STORMED).map((at) => ({
    name: `409 ${STORM} times at write ${at}`,
    harm: () => storm(at),
    codes: [0],
  }));
}

function storm(at: number): Choose {
  let nth = 0;
  let left = STORM;
  let target: string | undefined;
  return ({ method, path, isWrite }) => {
    if (!isWrite) return undefined;
    if (++nth === at) target = `${method} ${path}`;
    return target === `${method} ${path}` && left-- > 0 ? CONFLICT : undefined;
  };
}

function watchFaults(): Planned[] {
  return Object.entries(WATCH_HARMS).map(([name, harm]) => ({
    name,
    harm: () => ({ index, isWatch }: { index: number; isWatch: boolean }) =>
      isWatch && index % 2 === 1 ? harm : undefined,
    codes: [0],
  }));
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** By a linear congruential generator. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  let seed = 20_260_101;
  return items.map((item) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return { item, seed };
  }).sort((left, right) => left.seed - right.seed).map(({ item }) => item);
}
