/** Waits until deleted objects are gone, with the pods and finalizers that they wait for. */
import type { ClusterClient } from "../cluster/client.ts";
import { pause } from "../cluster/transport.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ObjectRef } from "../migration/step.ts";
import type { RunEvent } from "./event.ts";
import { describe } from "./wait.ts";

/** What waiting for an end needs to know about the run. */
export interface GoneContext {
  readonly client: ClusterClient;
  readonly signal: AbortSignal;
  /** Told now and then while it takes. */
  readonly push?: (event: RunEvent) => void;
}

/** A pod ends within its grace period, which compose calls `stop_grace_period`; few have more than minutes. */
const LIMIT_MS = 600_000;
const POLL_MS = 200;
const FIRST_WORD_MS = 2_000;
const REMIND_MS = 10_000;

/**
 * Waits until none of the objects is on its way out. One that is there and not being deleted is another one of that
 * name, and is not waited for.
 *
 * @param id the migration that events name
 * @returns an error for each that is still there after ten minutes
 * @throws the signal's reason when it is aborted
 */
export async function untilGone(
  refs: readonly ObjectRef[],
  id: string,
  context: GoneContext,
): Promise<readonly Diagnostic[]> {
  const left = await Promise.all(refs.map(async (ref) => await isGone(ref, id, context) ? [] : [ref]));
  return left.flat().map((ref) => ({
    code: "run-not-gone",
    severity: "error",
    message: `${describe(ref)} was deleted and is still there after ${LIMIT_MS / 60_000} minutes`,
    hint: "Find out with kubectl which of its pods do not end, or which finalizer blocks it; then run again",
  }));
}

async function isGone(ref: ObjectRef, id: string, { client, signal, push }: GoneContext): Promise<boolean> {
  const start = performance.now();
  let tellAt = FIRST_WORD_MS;
  for (;;) {
    const live = await client.get(ref);
    if (live?.metadata.deletionTimestamp === undefined) return true;
    const elapsedMs = Math.round(performance.now() - start);
    if (elapsedMs > LIMIT_MS) return false;
    if (elapsedMs >= tellAt) {
      tellAt = elapsedMs + REMIND_MS;
      const reason = "its pods are ending, or what it made is taken away";
      push?.({ type: "waiting", id, object: describe(ref), reason, elapsedMs });
    }
    await pause(POLL_MS, signal);
  }
}
