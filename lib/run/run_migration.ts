/** Carries out the steps of one migration. What it did is told by events; what went wrong is returned. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { pause } from "../cluster/transport.ts";
import { describeObject, type PlannedObject } from "../kube/object.ts";
import { digestObject } from "../migration/digest.ts";
import { refOf, type Step } from "../migration/step.ts";
import { bringToRest } from "./at_rest.ts";
import { type ApplyContext, applyObject } from "./apply.ts";
import { milliseconds } from "../values/duration.ts";
import { diagnoseObject } from "./failure.ts";
import { StartRefused } from "./may_start.ts";
import { ADOPTED_ANNOTATION } from "./names.ts";
import { diagnoseNotReady } from "./not_ready.ts";
import { removeObject } from "./remove.ts";
import type { InventoryEntry } from "./state.ts";
import { describe, type NotReady, waitForAll, type Wanted } from "./wait.ts";
import { wavesOf } from "./waves.ts";
import type { SelectedMigration } from "./select_migrations.ts";

/** What carrying out a migration needs besides the way to apply an object. */
export interface MigrationContext extends ApplyContext {
  /** Values that are masked in every message. */
  readonly secrets: readonly string[];
  /** Called when a Job is complete, so that it is never run twice for the same inputs. */
  readonly jobDone: (digest: string) => Promise<void>;
}

/** A migration while it is carried out. */
interface Running extends MigrationContext {
  /** What it started from nothing, by its name for people. */
  readonly started: Map<string, PlannedObject>;
}

/** What came of it. */
export interface MigrationResult {
  readonly inventory: readonly InventoryEntry[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Runs all steps in order; neighbouring applies are one set of waves, neighbouring waits are one wait.
 * Stops after the first step that fails, with everything that failed in it.
 * @throws the signal's reason when the run is interrupted, Failure where the right to write is gone
 */
export async function runMigration(
  selected: SelectedMigration,
  context: MigrationContext,
): Promise<MigrationResult> {
  const inventory: InventoryEntry[] = [];
  const running = { ...context, started: new Map() };
  for (const stage of stagesOf(selected.migration.steps)) {
    const diagnostics = await runStage(stage, selected, running, inventory);
    if (diagnostics.length > 0) return { inventory, diagnostics };
  }
  return { inventory, diagnostics: [] };
}

type Stage =
  | { readonly kind: "apply"; readonly objects: PlannedObject[] }
  | { readonly kind: "wait"; readonly wanted: Wanted[] }
  | Extract<Step, { kind: "job" | "manual" | "remove" }>;

function stagesOf(steps: readonly Step[]): readonly Stage[] {
  const stages: Stage[] = [];
  for (const step of steps) {
    const last = stages.at(-1);
    if (step.kind === "apply") {
      if (last?.kind === "apply") last.objects.push(...step.objects);
      else stages.push({ kind: "apply", objects: [...step.objects] });
    } else if (step.kind === "wait") {
      const wanted: Wanted = {
        ref: step.ref,
        timeoutMs: milliseconds(step.timeout),
        ...(step.source === undefined ? {} : { source: step.source }),
      };
      if (last?.kind === "wait") last.wanted.push(wanted);
      else stages.push({ kind: "wait", wanted: [wanted] });
    } else stages.push(step);
  }
  return stages;
}

async function runStage(
  stage: Stage,
  selected: SelectedMigration,
  context: Running,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  const { id } = selected.migration;
  switch (stage.kind) {
    case "apply":
      return await applyWaves(stage.objects, id, context, inventory);
    case "wait":
      return await waitAndExplain(stage.wanted, id, context);
    case "job":
      return await runJob(stage.object, milliseconds(stage.timeout), selected, context, inventory);
    case "manual":
      context.push({ type: "manual", id, instruction: stage.instruction });
      return [];
    case "remove":
      return await removeObject(stage.ref, id, context);
  }
}

async function applyWaves(
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

async function tryApply(
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

async function waitAndExplain(
  wanted: readonly Wanted[],
  id: string,
  context: Running,
): Promise<readonly Diagnostic[]> {
  const { failed, diagnostics } = await waitPatiently(wanted, id, context);
  const started = failed.flatMap(({ wanted: { ref } }) => context.started.get(describe(ref)) ?? []);
  return [...diagnostics, ...await bringToRest(started, id, context)];
}

/** As long as a database's log tells of recovery it is at work, and is not given up before its time. */
async function waitPatiently(
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

/** Applies the Job as it is decided, waits for it, and records that it is done. */
async function runJob(
  planned: PlannedObject,
  timeoutMs: number,
  selected: SelectedMigration,
  context: Running,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  const { id } = selected.migration;
  const digest = digestObject(planned.object, context.key);
  const ref = refOf(planned.object);
  const job = await context.client.get(ref) ?? null;
  const refused = await tryApply(planned, id, context, inventory, job);
  if (refused.length > 0 || job === null && context.doneJobs.has(digest)) return refused;
  const wanted: Wanted = {
    ref,
    timeoutMs,
    ...(planned.source === undefined ? {} : { source: planned.source }),
  };
  const diagnostics = await waitAndExplain([wanted], id, context);
  if (diagnostics.length === 0 && !context.doneJobs.has(digest)) await context.jobDone(digest);
  return diagnostics;
}
