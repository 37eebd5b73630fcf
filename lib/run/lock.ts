/** Takes the lock: at once where it is free, by waiting where its holder lives, by taking over where it died. */
import { pause } from "../cluster/transport.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { raiseFence } from "./fence.ts";
import { LEASE_MS } from "./heartbeat.ts";
import { type Holder, isCertainlyDead } from "./holder.ts";
import { LEASE_NAME } from "./names.ts";
import { loadState, Session, swap } from "./session.ts";
import type { Target } from "./target.ts";
import type { Lock } from "./state.ts";

/** How to wait for the lock. */
export interface LockOptions {
  readonly runId: string;
  readonly holder: Holder;
  readonly now: () => string;
  /** How long to wait for a holder that is alive. */
  readonly timeoutMs: number;
  /** Told once per holder that is waited for. */
  readonly onWaiting: (lock: Lock) => void;
  /** Told when the lock of a run that is gone was taken over. */
  readonly onTakenOver?: (lock: Lock) => void;
  readonly signal: AbortSignal;
}

const LOOK_MS = 500;

/**
 * Acquires the lock.
 * @throws Failure (5) where another run still holds it when the time is over
 */
export async function acquire(target: Target, options: LockOptions): Promise<Session> {
  const deadline = performance.now() + options.timeoutMs;
  const watcher = new Watcher();
  for (;;) {
    options.signal.throwIfAborted();
    const state = await loadState(target);
    const stale = state.lock === undefined || isCertainlyDead(state.lock.process) ||
      watcher.isStale(state.resourceVersion, await readLease(target));
    if (stale) {
      const session = await Session.take(target, state, options.runId, options.holder, options.now);
      if (session === undefined) continue;
      if (state.lock !== undefined) options.onTakenOver?.(state.lock);
      return session;
    }
    if (state.lock !== undefined && watcher.isNew(state.lock)) options.onWaiting(state.lock);
    if (state.lock !== undefined && performance.now() > deadline) throw lockHeld(state.lock);
    await pause(LOOK_MS, options.signal);
  }
}

/**
 * Takes the lock away from a run that its operator knows to be gone.
 * @returns false where that run does not hold it
 */
export async function unlock(target: Target, runId: string): Promise<boolean> {
  const state = await loadState(target);
  if (state.lock?.runId !== runId) return false;
  const { lock: _, ...rest } = state;
  const freed = await swap(
    target,
    { ...rest, epoch: state.epoch + 1 },
    (found) => found.lock?.runId === runId,
  );
  if (freed === undefined) return false;
  await raiseFence(target, freed.epoch);
  return true;
}

/**
 * Sees how long a holder showed no sign of life, by our own clock alone: clocks of two machines are never
 * compared (the rule of client-go's leader election).
 */
class Watcher {
  #seen: string | undefined;
  #since = performance.now();
  #told: string | undefined;

  isStale(recordVersion: string | undefined, lease: LiveObject | undefined): boolean {
    const sign = `${recordVersion ?? ""}/${lease?.metadata.resourceVersion ?? ""}`;
    if (sign !== this.#seen) {
      this.#seen = sign;
      this.#since = performance.now();
    }
    return performance.now() - this.#since > LEASE_MS;
  }

  isNew(lock: Lock): boolean {
    const isNew = lock.runId !== this.#told;
    this.#told = lock.runId;
    return isNew;
  }
}

async function readLease({ client, namespace }: Target): Promise<LiveObject | undefined> {
  return await client.get({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    namespace,
    name: LEASE_NAME,
  }, true);
}

function lockHeld(lock: Lock): Failure {
  return new Failure(5, [{
    code: "run-locked",
    severity: "error",
    message: `Another run holds the lock since ${lock.since}: ${lock.holder}, run ${lock.runId}`,
    hint:
      "Wait until it is done; `deno task status` shows what it does. A run that died is replaced by itself " +
      `after ${LEASE_MS / 1_000} s, or at once with \`deno task unlock --run ${lock.runId}\``,
  }]);
}
