/** Applies objects and waits for them: what every step of a migration that starts something does. */
import { pause } from "../cluster/transport.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { describeObject, type PlannedObject } from "../kube/object.ts";
import { refOf, type Step } from "../migration/step.ts";
import { milliseconds } from "../values/duration.ts";
import { type ApplyContext, applyObject } from "./apply.ts";
import { bringToRest } from "./at_rest.ts";
import { diagnoseObject } from "./failure.ts";
import { StartRefused } from "./may_start.ts";
import { ADOPTED_ANNOTATION } from "./names.ts";
import { diagnoseNotReady } from "./not_ready.ts";
import type { InventoryEntry } from "./state.ts";
import { describe, type NotReady, waitForAll, type Wanted } from "./wait.ts";
import { wavesOf } from "./waves.ts";

/** A migration while it is carried out. */
export interface Running extends ApplyContext {
  /** Values that are masked in every message. */
  readonly secrets: readonly string[];
  /** What it started from nothing, by its name for people. */
  readonly started: Map<string, PlannedObject>;
}

/** What a `wait` step waits for. */
export function wantedOf({ ref, timeout, source }: Extract<Step, { readonly kind: "wait" }>): Wanted {
  return { ref, timeoutMs: milliseconds(timeout), ...(source === undefined ? {} : { source }) };
}

/** Applies in waves by kind; what the server refuses is returned. */
export async function applyWaves(
  objects: readonly PlannedObject[],
  id: string,
  context: Running,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  for (const wave of wavesOf(objects)) {
    // All of a wave are tried, so that one run shows every object that is refused.
    const results = await Promise.allSettled(
      wave.map((planned) => tryApply(planned, id, context, inventory)),
    );
    const thrown = results.find((result) => result.status === "rejected");
    if (thrown !== undefined) throw thrown.reason;
    const diagnostics = results.flatMap((result) => result.status === "fulfilled" ? result.value : []);
    if (diagnostics.length > 0) return diagnostics;
  }
  return [];
}

/** Applies one; what the server or the guard refuses is returned. */
export async function tryApply(
  planned: PlannedObject,
  id: string,
  context: Running,
  inventory: InventoryEntry[],
  job?: LiveObject | null,
): Promise<readonly Diagnostic[]> {
  try {
    const { outcome, live, isStarted } = await applyObject(context, planned, id, job);
    const object = describeObject(planned.object);
    if (live !== undefined) {
      if (outcome !== "unchanged") context.sets.wrote(refOf(planned.object), live);
      const isAdopted = live.metadata.annotations?.[ADOPTED_ANNOTATION] !== undefined;
      inventory.push({
        ...refOf(planned.object),
        uid: live.metadata.uid ?? "",
        ...(isAdopted ? { adopted: "done" } : {}),
      });
    }
    if (isStarted) context.started.set(object, planned);
    context.push({ type: "object", id, object, outcome });
    return [];
  } catch (error) {
    if (error instanceof Failure || context.signal.aborted) throw error;
    if (error instanceof StartRefused) return error.diagnostics;
    return diagnoseObject(error, planned, context.client.connection.server, context.secrets);
  }
}

/** Waits for all of them; what does not become ready is explained, and brought to rest where a container may start. */
export async function waitAndExplain(
  wanted: readonly Wanted[],
  id: string,
  context: Running,
): Promise<readonly Diagnostic[]> {
  const { failed, diagnostics } = await waitPatiently(wanted, id, context);
  const started = failed.flatMap(({ wanted: { ref } }) => context.started.get(describe(ref)) ?? []);
  return [...diagnostics, ...await bringToRest(started, id, context)];
}

/** As long as a database's log tells of recovery it is at work, and is not given up before its time. */
export async function waitPatiently(
  wanted: readonly Wanted[],
  id: string,
  context: Running,
): Promise<{ readonly failed: readonly NotReady[]; readonly diagnostics: readonly Diagnostic[] }> {
  const end = performance.now() + Math.max(0, ...wanted.map(({ timeoutMs }) => timeoutMs));
  for (;;) {
    const failed = await waitForAll(context, id, wanted);
    const diagnostics = await Promise.all(
      failed.map((one) => diagnoseNotReady(context.client, one, context.secrets)),
    );
    const recovers = diagnostics.some(({ message }) => RECOVERY.test(message));
    if (!recovers || performance.now() > end) return { failed, diagnostics };
    await pause(RECOVERY_PAUSE_MS, context.signal);
  }
}

/** What PostgreSQL and MariaDB or MySQL write while they bring a directory in order that was not closed. */
const RECOVERY = /^log: .*(automatic recovery in progress|redo starts at|crash recovery)/im;
const RECOVERY_PAUSE_MS = 5_000;
