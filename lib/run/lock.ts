/** Takes the lock: at once where it is free, by waiting where its holder lives, by taking over where it died. */
import { type CommandLine, withoutFlags } from "../diagnostics/command_line.ts";
import { pause } from "../cluster/transport.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { raiseFence } from "./fence.ts";
import { LEASE_MS, readLease } from "./heartbeat.ts";
import { type Holder, isCertainlyDead } from "./holder.ts";
import { loadState, Session, swap } from "./session.ts";
import type { Target } from "./target.ts";
import type { Lock, State } from "./state.ts";

/** The record as it was read before the lock is asked for. */
export interface Known {
  readonly state: State;
  /** The namespace was made by this run: nobody had the lock in it before. */
  readonly isNewPlace?: boolean;
}

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
  /** What was read of the record a moment ago; whether that still holds shows when the lock is taken. */
  readonly known?: Known | undefined;
  readonly commandLine?: CommandLine;
}

const LOOK_MS = 500;

/**
 * Acquires the lock.
 * @throws Failure (5) where another run still holds it when the time is over
 */
export async function acquire(target: Target, options: LockOptions): Promise<Session> {
  const deadline = performance.now() + options.timeoutMs;
  const watcher = new Watcher();
  let known = options.known;
  for (;;) {
    options.signal.throwIfAborted();
    const { state, isNewPlace = false }: Known = known ?? { state: await loadState(target) };
    known = undefined;
    const stale = state.lock === undefined || isCertainlyDead(state.lock.process) ||
      watcher.isStale(state.resourceVersion, await readLease(target));
    if (stale) {
      const session = await Session.take(target, state, { ...options, isNewPlace });
      if (session === undefined) continue;
      if (state.lock !== undefined) options.onTakenOver?.(state.lock);
      return session;
    }
    if (state.lock !== undefined && watcher.isNew(state.lock)) options.onWaiting(state.lock);
    if (state.lock !== undefined && performance.now() > deadline) throw lockHeld(state.lock, options);
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

function lockHeld(lock: Lock, { commandLine = withoutFlags }: LockOptions): Failure {
  return new Failure(5, [{
    code: "run-locked",
    severity: "error",
    message: `Another run holds the lock since ${lock.since}: ${lock.holder}, run ${lock.runId}`,
    hint:
      `Wait until it is done; \`${
        commandLine("status")
      }\` shows what it does. A run that died is replaced by itself ` +
      `after ${LEASE_MS / 1_000} s, or at once with \`${commandLine(`unlock --run ${lock.runId}`)}\``,
  }]);
}
