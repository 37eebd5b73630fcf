/** The list of all scenarios: what is done to which request of a run. */
import { LOCK_ANNOTATION, MIGRATION_PREFIX, STATE_NAME } from "../../lib/run/names.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { type Fault, HARMS, WATCH_HARMS } from "./harms.ts";
import type { Choose } from "./proxy.ts";
import type { Victim } from "./scenario.ts";

/** A scenario before it is run. */
export interface Planned {
  readonly name: string;
  readonly harm: (victim: Victim) => Choose;
  readonly mayEnd: boolean;
}

/** The request at which a run is killed. */
type At = (request: Parameters<Choose>[0]) => boolean;

/**
 * The last writes first, then the rest in a fixed order of which any part is a fair sample.
 * @param requests how many a run sends
 */
export function plannedScenarios(requests: number): readonly Planned[] {
  return [
    ...killsAtTheEnd(),
    ...shuffled([...kills(requests), ...requestFaults(requests), ...watchFaults()]),
  ];
}

const PHASES = ["before sending", "after commit", "after the answer"] as const;

/** How many requests a run sends differs by a few, with the heartbeats and waits that its time has room for. */
function kills(requests: number): Planned[] {
  return Array.from({ length: requests }, (_, index) => index + 1).flatMap((wanted) =>
    killsAt(`request ${wanted}`, ({ index }) => index === wanted)
  );
}

/** So the last writes are found by what they say, not by their number. */
function killsAtTheEnd(): Planned[] {
  return [
    ...killsAt(
      "the last record",
      ({ method, path, body }) =>
        isRecord(method, path) && body.includes(LOCK_ANNOTATION) && isAllApplied(body),
    ),
    ...killsAt(
      "the end of the lock",
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

function isAllApplied(body: string): boolean {
  // The edge: a request of our own.
  const { metadata } = JSON.parse(body) as { metadata: { annotations: Record<string, string> } };
  const records = Object.entries(metadata.annotations).filter(([name]) => name.startsWith(MIGRATION_PREFIX));
  return records.length === referencePlan("any").migrations.length &&
    records.every(([, record]) => record.includes('"state":"applied"'));
}

function killsAt(point: string, at: At): Planned[] {
  return PHASES.flatMap((phase) =>
    (["SIGKILL", "SIGINT"] as const).map((signal) => ({
      name: `${signal} ${phase} at ${point}`,
      harm: (victim: Victim) => killOnce(victim, at, phase, signal),
      mayEnd: false,
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

/** By a linear congruential generator. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  let seed = 20_260_101;
  return items.map((item) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return { item, seed };
  }).sort((left, right) => left.seed - right.seed).map(({ item }) => item);
}
