/** Waits until objects are ready, all at the same time, with one watch per kind and namespace. */
import type { ClusterClient } from "../cluster/client.ts";
import { LiveSet } from "../cluster/live_set.ts";
import { podSelector, type Readiness, readinessOf } from "../cluster/readiness.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { ObjectRef } from "../migration/step.ts";
import type { RunEvent } from "./event.ts";

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

/**
 * Waits for all of them.
 * @returns those that failed or did not make it in time, as soon as every one is decided; one that failed for
 * good ends the wait for the others after a moment
 * @throws the signal's reason when it is aborted
 */
export async function waitForAll(
  client: ClusterClient,
  id: string,
  wanted: readonly Wanted[],
  push: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<readonly NotReady[]> {
  const stop = new AbortController();
  const bound = AbortSignal.any([signal, stop.signal]);
  const change = new Change();
  try {
    const sets = await openSets(client, wanted, () => change.tell(), bound);
    return await decide(sets, id, wanted, push, change, signal);
  } finally {
    stop.abort();
  }
}

type Sets = ReadonlyMap<string, LiveSet>;

interface Progress {
  readonly wanted: Wanted;
  told: string;
  toldAt: number;
}

async function decide(
  sets: Sets,
  id: string,
  wanted: readonly Wanted[],
  push: (event: RunEvent) => void,
  change: Change,
  signal: AbortSignal,
): Promise<readonly NotReady[]> {
  const start = performance.now();
  let open: Progress[] = wanted.map((one) => ({ wanted: one, told: "", toldAt: start }));
  const failed: NotReady[] = [];
  for (;;) {
    signal.throwIfAborted();
    const elapsedMs = performance.now() - start;
    const left: Progress[] = [];
    for (const progress of open) {
      const verdict = judge(sets, progress.wanted, elapsedMs);
      if (verdict.state === "ready") {
        push({ type: "ready", id, object: describe(progress.wanted.ref), elapsedMs: Math.round(elapsedMs) });
      } else if (verdict.state === "failed") failed.push({ ...verdict, wanted: progress.wanted });
      else if (elapsedMs > progress.wanted.timeoutMs) {
        failed.push({ wanted: progress.wanted, reason: `not ready in time: ${verdict.reason}` });
      } else {
        tell(progress, verdict.reason, id, elapsedMs, push);
        left.push(progress);
      }
    }
    open = left;
    if (open.length === 0 || failed.length > 0) return failed;
    await change.next(TICK_MS, signal);
  }
}

function judge(sets: Sets, { ref }: Wanted, elapsedMs: number): Readiness {
  const set = sets.get(setKey(ref.apiVersion, ref.kind, ref.namespace));
  if (set?.error !== undefined) throw set.error;
  const object = set?.get(ref.name);
  if (object === undefined) return { state: "waiting", reason: "it is not there" };
  const selector = podSelector(object);
  const pods = selector === undefined
    ? []
    : sets.get(setKey("v1", "Pod", ref.namespace))?.withLabels(selector) ?? [];
  return readinessOf(object, { pods, elapsedMs });
}

function tell(
  progress: Progress,
  reason: string,
  id: string,
  elapsedMs: number,
  push: (event: RunEvent) => void,
): void {
  const now = performance.now();
  if (reason === progress.told && now - progress.toldAt < REMIND_MS) return;
  progress.told = reason;
  progress.toldAt = now;
  const object = describe(progress.wanted.ref);
  push({ type: "waiting", id, object, reason, elapsedMs: Math.round(elapsedMs) });
}

async function openSets(
  client: ClusterClient,
  wanted: readonly Wanted[],
  onChange: () => void,
  signal: AbortSignal,
): Promise<Sets> {
  const sets = new Map<string, LiveSet>();
  for (const { ref: { apiVersion, kind, namespace } } of wanted) {
    const own = { apiVersion, kind };
    for (const seen of hasPods(kind) ? [own, { apiVersion: "v1", kind: "Pod" }] : [own]) {
      const key = setKey(seen.apiVersion, seen.kind, namespace);
      if (!sets.has(key)) sets.set(key, new LiveSet(client, seen, namespace, onChange));
    }
  }
  await Promise.all([...sets.values()].map((set) => set.start(signal)));
  return sets;
}

function hasPods(kind: string): boolean {
  return ["Deployment", "StatefulSet", "DaemonSet", "Job"].includes(kind);
}

function setKey(apiVersion: string, kind: string, namespace: string | undefined): string {
  return [apiVersion, kind, namespace ?? ""].join(" ");
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
