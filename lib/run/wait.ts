/** Waits until objects are ready, all at the same time. */
import type { LiveSets } from "../cluster/live_sets.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { redact } from "../diff/secrets.ts";
import type { ObjectRef } from "../migration/step.ts";
import type { RunEvent } from "./event.ts";
import { deleteStuckPod, type PodContext } from "./stuck_pod.ts";
import { type Verdict, watchAll, type Watched } from "./watched.ts";

/** What waiting needs to know about the run. */
export interface WaitContext extends PodContext {
  /** What the run looks at. */
  readonly sets: LiveSets;
  readonly push: (event: RunEvent) => void;
  /** Values that are masked in every reason. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** One object to wait for. */
export interface Wanted {
  readonly ref: ObjectRef;
  readonly timeoutMs: number;
  readonly source?: Span;
}

/** One that did not become ready. */
export interface NotReady {
  readonly wanted: Wanted;
  readonly reason: string;
  readonly pod?: string;
  readonly container?: string;
}

/** Progress is told when the reason changes, and now and then while it does not. */
const REMIND_MS = 10_000;
const TICK_MS = 1_000;
/** What fails for the same cause fails within this after the first, and is told along with it. */
const OTHERS_MS = 5_000;

/**
 * Waits for all of them.
 * @returns those that failed or did not make it in time, as soon as every one is decided; one that failed for
 * good ends the wait for the others after a moment
 * @throws the signal's reason when it is aborted
 */
export async function waitForAll(
  context: WaitContext,
  id: string,
  wanted: readonly Wanted[],
): Promise<readonly NotReady[]> {
  const change = new Change();
  const tell = (): void => change.tell();
  const unfollow = context.sets.onChange(tell);
  try {
    const refs = wanted.map(({ ref }) => ref);
    const watched = await orAborted(watchAll(context.client, context.sets, refs, tell), context.signal);
    return await decide(new Wait(context, id, watched), wanted, change, context.signal);
  } finally {
    unfollow();
  }
}

/** A server that is away keeps nobody from ending. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

interface Progress {
  readonly wanted: Wanted;
  told: string;
  toldAt: number;
}

async function decide(
  wait: Wait,
  wanted: readonly Wanted[],
  change: Change,
  signal: AbortSignal,
): Promise<readonly NotReady[]> {
  let open: Progress[] = wanted.map((one) => ({ wanted: one, told: "", toldAt: performance.now() }));
  const failed: NotReady[] = [];
  let end = Infinity;
  for (;;) {
    const left: Progress[] = [];
    for (const progress of open) {
      signal.throwIfAborted();
      const result = await wait.look(progress);
      if (result === "waiting") left.push(progress);
      else if (result !== "ready") failed.push(result);
    }
    open = left;
    if (failed.length > 0) end = Math.min(end, performance.now() + OTHERS_MS);
    if (open.length === 0 || performance.now() >= end) return failed;
    await change.next(TICK_MS, signal);
  }
}

/** One wait: looks at what is wanted, tells how it goes, and makes way where a pod is stuck. */
class Wait {
  readonly #context: WaitContext;
  readonly #id: string;
  readonly #watched: Watched;
  readonly #start = performance.now();
  readonly #deleted = new Set<string>();

  constructor(context: WaitContext, id: string, watched: Watched) {
    this.#context = context;
    this.#id = id;
    this.#watched = watched;
  }

  async look(progress: Progress): Promise<"ready" | "waiting" | NotReady> {
    const { wanted } = progress;
    const elapsedMs = performance.now() - this.#start;
    const verdict = this.#watched.judge(wanted.ref);
    const { readiness } = verdict;
    if (readiness.state === "ready") {
      const object = describe(wanted.ref);
      this.#context.push({ type: "ready", id: this.#id, object, elapsedMs: Math.round(elapsedMs) });
      return "ready";
    }
    if (readiness.state === "failed") return { ...readiness, wanted };
    if (elapsedMs > wanted.timeoutMs) return { wanted, reason: `not ready in time: ${readiness.reason}` };
    const refused = await this.#makeWay(verdict);
    if (refused !== undefined) return { wanted, ...refused };
    this.#tell(progress, redact(readiness.reason, this.#context.secrets), elapsedMs);
    return "waiting";
  }

  async #makeWay({ object, stuck }: Verdict): Promise<Omit<NotReady, "wanted"> | undefined> {
    if (object === undefined) return undefined;
    for (const pod of stuck) {
      const { uid = "", name } = pod.metadata;
      if (this.#deleted.has(uid)) continue;
      this.#deleted.add(uid);
      const result = await deleteStuckPod(this.#context, object, pod);
      if (typeof result === "string") return { reason: result, pod: name };
      if (result) {
        const ref = { apiVersion: "v1", kind: "Pod", ...pod.metadata };
        this.#context.push({ type: "object", id: this.#id, object: describe(ref), outcome: "deleted" });
      }
    }
    return undefined;
  }

  #tell(progress: Progress, reason: string, elapsedMs: number): void {
    const now = performance.now();
    if (reason === progress.told && now - progress.toldAt < REMIND_MS) return;
    progress.told = reason;
    progress.toldAt = now;
    const object = describe(progress.wanted.ref);
    const rounded = Math.round(elapsedMs);
    this.#context.push({ type: "waiting", id: this.#id, object, reason, elapsedMs: rounded });
  }
}

/** `Kind namespace/name`. */
export function describe({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Wakes the one who waits for any change, or after a while. */
class Change {
  #hasChanged = false;
  #wake: (() => void) | undefined;

  tell(): void {
    this.#hasChanged = true;
    this.#wake?.();
  }

  async next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasChanged) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener("abort", () => this.#wake?.(), { once: true });
      });
    }
    this.#hasChanged = false;
    this.#wake = undefined;
  }
}
