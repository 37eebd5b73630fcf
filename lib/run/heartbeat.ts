/** The Lease that shows that a run is alive, and the run's own doubt when it could not show it for a while. */
import { isAlreadyExists, isConflict, isNotFound, isTransient } from "../cluster/api_error.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { pause } from "../cluster/transport.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { LEASE_NAME } from "./names.ts";
import type { Target } from "./target.ts";
import type { Lock } from "./state.ts";

/** How long a Lease must stay unchanged, by the watcher's own clock, before its holder counts as gone. */
export const LEASE_MS = 15_000;
/** After this long without a heartbeat the holder writes nothing before it has asked. Less than the lease. */
const DOUBT_MS = 10_000;
const BEAT_MS = 3_000;
/** A server that is away for longer ends the run. */
const PATIENCE_MS = 60_000;

export class Heartbeat {
  readonly lock: Lock;
  readonly #target: Target;
  readonly #now: () => string;
  readonly #prove: () => Promise<void>;
  readonly #lost = new AbortController();
  /** As it was seen last; undefined where there is none. */
  #lease: LiveObject | undefined;
  #isSeen = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #lastBeat = 0;
  #lastBeatWall = 0;

  /** @param prove writes the record, and so finds out whether the lock is still ours; throws where not */
  constructor(target: Target, lock: Lock, now: () => string, prove: () => Promise<void>) {
    this.#target = target;
    this.lock = lock;
    this.#now = now;
    this.#prove = prove;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Takes over the Lease, whoever had it: the lock in the record is already ours.
   * @param lease as it was seen a moment ago; undefined where there was none
   */
  async start(lease: LiveObject | undefined): Promise<void> {
    this.#lease = lease;
    this.#isSeen = true;
    await this.renew();
    this.#schedule();
  }

  /** Both clocks must agree: one stands still while the machine sleeps, the other may be set back. */
  isFresh(): boolean {
    return performance.now() - this.#lastBeat < DOUBT_MS &&
      Math.abs(Date.now() - this.#lastBeatWall) < DOUBT_MS;
  }

  /** One heartbeat by whoever has just proved to hold the lock; takes the Lease from a former holder. */
  async renew(): Promise<void> {
    const start = performance.now();
    for (;;) {
      try {
        return await this.#renewOnce();
      } catch (error) {
        if (!isConflict(error) && !isAlreadyExists(error) && !isTransient(error)) throw error;
        if (performance.now() - start > PATIENCE_MS) throw error;
        this.lost.throwIfAborted();
        await pause(200);
      }
    }
  }

  async #renewOnce(): Promise<void> {
    const monotonic = performance.now();
    const wall = Date.now();
    await this.#put(this.lock.runId);
    this.#lastBeat = monotonic;
    this.#lastBeatWall = wall;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Shows that nobody holds it; best effort, because the record is what counts. */
  async end(): Promise<void> {
    this.stop();
    await this.#put("").catch(() => undefined);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#beat(), BEAT_MS);
  }

  async #beat(): Promise<void> {
    try {
      if (!this.isFresh() || !await this.#isRenewed()) {
        // Frozen, asleep, cut off for a while, or somebody else beats: find out whose the lock is.
        await this.#prove();
        await this.renew();
      }
    } catch (error) {
      if (error instanceof Failure) this.#lose(error);
    }
    this.#schedule();
  }

  async #isRenewed(): Promise<boolean> {
    try {
      await this.#renewOnce();
      return true;
    } catch (error) {
      // A server that is away for a moment is asked again at the next beat.
      return !isConflict(error);
    }
  }

  #lose(reason: Failure): void {
    this.stop();
    this.#lost.abort(reason);
  }

  async #put(holder: string, isSecond = false): Promise<void> {
    const { client, namespace } = this.#target;
    if (!this.#isSeen) await this.#look();
    const spec: LeaseSpec = {
      ...(holder === "" ? {} : { holderIdentity: holder }),
      leaseDurationSeconds: LEASE_MS / 1_000,
      renewTime: new Date(this.#now()).toISOString().replace("Z", "000Z"),
    };
    const wanted: LiveObject = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name: LEASE_NAME,
        namespace,
        labels: { "app.kubernetes.io/managed-by": "compose-ferry" },
        ...(this.#lease?.metadata.resourceVersion === undefined
          ? {}
          : { resourceVersion: this.#lease.metadata.resourceVersion }),
      },
      spec,
    };
    try {
      this.#lease =
        await (this.#lease === undefined ? client.create(wanted) : client.replace(wanted, DOUBT_MS / 2));
    } catch (error) {
      this.#isSeen = false;
      await this.#look();
      // An answer that was lost, also where the connection sent it twice, is no lost write.
      if (isSame(specOf(this.#lease), spec)) return;
      // A Lease that was deleted is made anew; where that cannot be, its namespace went with it.
      if (isNotFound(error) && !isSecond) return await this.#put(holder, true);
      throw error;
    }
  }

  async #look(): Promise<void> {
    this.#lease = await readLease(this.#target);
    this.#isSeen = true;
  }
}

/** The Lease, or undefined where there is none. */
export async function readLease(
  { client, namespace }: Pick<Target, "client" | "namespace">,
): Promise<LiveObject | undefined> {
  return await client.get({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    namespace,
    name: LEASE_NAME,
  }, true);
}

/** When the last heartbeat was, by the holder's clock: for people only. */
export function renewedAt(lease: LiveObject | undefined): string | undefined {
  return specOf(lease)?.renewTime;
}

/** The part of `coordination.k8s.io/v1` LeaseSpec that is written. */
interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds: number;
  readonly renewTime: string;
}

function specOf(lease: LiveObject | undefined): LeaseSpec | undefined {
  // The edge: `spec` of a Lease.
  return lease?.["spec"] as LeaseSpec | undefined;
}

function isSame(found: LeaseSpec | undefined, sent: LeaseSpec): boolean {
  return found?.holderIdentity === sent.holderIdentity && found?.renewTime === sent.renewTime;
}
