/**
 * The right to write: lock, epoch and record in one object, changed only by compare-and-swap on its version.
 *
 * Kubernetes has no transaction over two objects, and a Lease alone is no fence. So whoever takes over changes
 * the holder and the epoch in the object that also holds the record: from then on every write of the former
 * holder is refused. The Lease only carries the heartbeat.
 */
import { isAlreadyExists, isConflict, isNotFound, isTransient } from "../cluster/api_error.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { pause } from "../cluster/transport.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { nextEpoch, raiseFence } from "./fence.ts";
import { Heartbeat, readLease } from "./heartbeat.ts";
import type { Holder } from "./holder.ts";
import { STATE_NAME } from "./names.ts";
import { namespaceTrouble, recordGone } from "./namespace_trouble.ts";
import type { Target } from "./target.ts";
import { EMPTY_STATE, type Lock, readState, type State, stateBytes, writeState } from "./state.ts";

/** Reads the record; an empty one where no run was there yet. */
export async function loadState({ client, namespace, key }: Target): Promise<State> {
  const object = await client.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: STATE_NAME }, true);
  return object === undefined ? EMPTY_STATE : readState(object, key);
}

/** Two hundred conflicts in a row are not a race any more. */
const MOST_ATTEMPTS = 200;

/** Who takes the lock. */
interface Taking {
  readonly runId: string;
  readonly holder: Holder;
  readonly now: () => string;
  /** The namespace was made by this run: neither fence nor Lease is in it. */
  readonly isNewPlace: boolean;
}

interface Deferred {
  readonly change: (state: State) => State;
  readonly onWritten: () => void;
}

/** A held lock. Made by `acquire` in `lock.ts`. */
export class Session {
  readonly #target: Target;
  readonly #heartbeat: Heartbeat;
  #state: State;
  /** What the next write takes along. */
  #deferred: Deferred[] = [];
  /** The write under way; the next one starts from what it wrote. */
  #last: Promise<unknown> = Promise.resolve();
  /** The proof under way that the lock is still ours; all who wait to write share it. */
  #proof: Promise<void> | undefined;

  #fenced: LiveObject | undefined;

  /** The version of the record on top of which the lock was taken; undefined where there was none. */
  readonly takenOn: string | undefined;

  private constructor(
    target: Target,
    state: State,
    { lock, now, takenOn }: {
      readonly lock: Lock;
      readonly now: () => string;
      readonly takenOn: string | undefined;
    },
  ) {
    this.#target = target;
    this.#state = state;
    this.takenOn = takenOn;
    const prove = (): Promise<void> => this.update((same) => same);
    this.#heartbeat = new Heartbeat(target, lock, now, prove);
  }

  /** Takes the lock on top of exactly this state, or returns undefined where somebody else was faster. */
  static async take(
    target: Target,
    state: State,
    { runId, holder, now, isNewPlace }: Taking,
  ): Promise<Session | undefined> {
    const lock: Lock = { runId, holder: holder.name, process: holder.process, since: now() };
    const [epoch, lease] = isNewPlace
      ? [state.epoch + 1, undefined]
      : await Promise.all([nextEpoch(target, state), readLease(target)]);
    const wanted: State = { ...state, lock, epoch };
    const taken = await swap(target, wanted, (found) => found.resourceVersion === state.resourceVersion);
    if (taken === undefined) return undefined;
    const session = new Session(target, taken, { lock, now, takenOn: state.resourceVersion });
    try {
      [session.#fenced] = await Promise.all([
        raiseFence(target, taken.epoch),
        session.#heartbeat.start(lease),
      ]);
    } catch (error) {
      session.abandon();
      throw error;
    }
    return session;
  }

  /** The Namespace with this run's fence; undefined where that could not be raised. */
  get fenced(): LiveObject | undefined {
    return this.#fenced;
  }

  get state(): State {
    return this.#state;
  }

  /** Aborted, with the reason, as soon as it is known that somebody else holds the lock. */
  get lost(): AbortSignal {
    return this.#heartbeat.lost;
  }

  /** Changes the record. @throws Failure (5) where somebody else took over */
  async update(change: (state: State) => State): Promise<void> {
    const written = this.#last.catch(() => undefined).then(() => this.#write(change));
    this.#last = written;
    await written;
  }

  /**
   * Changes the record with its next write, at the latest the one that gives the lock back: for what a run that dies
   * before that finds out again by itself.
   * @param onWritten called when it is recorded
   */
  later(change: (state: State) => State, onWritten: () => void): void {
    this.#deferred.push({ change, onWritten });
  }

  /** Writes what waits for the next write. @throws Failure (5) where somebody else took over */
  async flush(): Promise<void> {
    if (this.hasDeferred) await this.update((same) => same);
  }

  /** Whether something waits for the next write. */
  get hasDeferred(): boolean {
    return this.#deferred.length > 0;
  }

  /**
   * To be called right before each write of an object: a process that was frozen for longer than its heartbeat
   * may be late proves first that nobody took over, by writing the record.
   */
  async guard(): Promise<void> {
    this.lost.throwIfAborted();
    if (this.#heartbeat.isFresh()) return;
    this.#proof ??= this.#prove().finally(() => this.#proof = undefined);
    await this.#proof;
  }

  async #prove(): Promise<void> {
    await this.update((same) => same);
    await this.#heartbeat.renew();
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    this.#heartbeat.stop();
    await Promise.all([this.update(({ lock: _, ...rest }) => rest), this.#heartbeat.end()]);
  }

  /** Stops the heartbeat without giving anything back; for a lock that was lost. */
  abandon(): void {
    this.#heartbeat.stop();
  }

  async #write(change: (state: State) => State): Promise<void> {
    const { runId } = this.#heartbeat.lock;
    const { epoch } = this.#state;
    const isOurs = (found: State): boolean => found.lock?.runId === runId && found.epoch === epoch;
    const deferred = [...this.#deferred];
    const before = deferred.reduce((state, one) => one.change(state), this.#state);
    const written = await swap(this.#target, change(before), isOurs);
    if (written !== undefined) {
      this.#state = written;
      this.#deferred = this.#deferred.slice(deferred.length);
      for (const { onWritten } of deferred) onWritten();
      return;
    }
    const current = await loadState(this.#target);
    if (current.resourceVersion === undefined) throw recordGone(this.#target.namespace);
    throw lockLost(current.lock?.holder);
  }
}

/**
 * Writes the state over the version that it was read from. An answer that was lost is looked up by the mark of
 * the write. Where the object changed meanwhile, `mayGoOn` decides whether to write over that version too.
 * @returns undefined where it may not
 */
export async function swap(
  target: Target,
  next: State,
  mayGoOn: (found: State) => boolean,
): Promise<State | undefined> {
  const { client, namespace, key } = target;
  const writeId = crypto.randomUUID().slice(0, 13);
  let state: State = { ...next, writeId };
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    try {
      const object = writeState(state, namespace, key);
      refuseOversize(object);
      const written =
        await (state.resourceVersion === undefined ? client.create(object) : client.replace(object));
      return withVersion(state, written);
    } catch (error) {
      const trouble = namespaceTrouble(error, namespace);
      if (trouble !== undefined) throw trouble;
      // The record that was to be replaced is gone: whoever wrote it has to know.
      const isGone = isNotFound(error) && state.resourceVersion !== undefined;
      if (!isGone && !isConflict(error) && !isAlreadyExists(error) && !isTransient(error)) throw error;
      if (isTransient(error)) await pause(100);
      const found = await loadState(target);
      if (found.writeId === writeId) return found;
      if (!mayGoOn(found)) return undefined;
      const { resourceVersion: _, ...rest } = state;
      state = found.resourceVersion === undefined
        ? rest
        : { ...rest, resourceVersion: found.resourceVersion };
    }
  }
  return undefined;
}

/** The API refuses a ConfigMap's data from 1 MiB on; a run stops before it starts what it could not record. */
const DATA_BUDGET = 960 * 1024;

/** @throws Failure (1) where this state would not fit into the record */
function refuseOversize(object: LiveObject): void {
  const { data } = stateBytes(object);
  if (data <= DATA_BUDGET) return;
  throw new Failure(1, [{
    code: "run-record-full",
    severity: "error",
    message: `The record would take ${data} bytes, more than the ${DATA_BUDGET} that fit into one object`,
    hint:
      "Remove objects that are no longer part of the stack with `deno task prune`: each of them takes a line in it",
  }]);
}

function withVersion(state: State, written: LiveObject): State {
  const { resourceVersion } = written.metadata;
  return resourceVersion === undefined ? state : { ...state, resourceVersion };
}

function lockLost(holder: string | undefined): Failure {
  return new Failure(5, [{
    code: "run-lock-lost",
    severity: "error",
    message: holder === undefined
      ? "The lock of this run was taken away"
      : `Another run took over the lock of this one: ${holder}`,
    hint: "Nothing more was written by this run; `deno task status` shows what the other one does",
  }]);
}
