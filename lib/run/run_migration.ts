/** Carries out the steps of one migration. What it did is told by events; what went wrong is returned. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { PlannedObject } from "../kube/object.ts";
import { digestObject } from "../migration/digest.ts";
import { type ObjectRef, refOf, type Step } from "../migration/step.ts";
import { milliseconds } from "../values/duration.ts";
import { cutOver } from "./cutover.ts";
import type { CutoverContext } from "./cutover_steps.ts";
import { moveFront } from "./front.ts";
import { removeObject } from "./remove.ts";
import type { InventoryEntry } from "./state.ts";
import { applyWaves, type Running, tryApply, waitAndExplain, wantedOf } from "./start.ts";
import type { Wanted } from "./wait.ts";
import { expectAll } from "./watched.ts";
import type { SelectedMigration } from "./select_migrations.ts";

/** What carrying out a migration needs besides the way to apply an object. */
export interface MigrationContext extends Omit<Running, "started"> {
  /** How services cross that still run as containers; undefined where nobody can ask an engine. */
  readonly crossing?: CutoverContext | undefined;
  /** The run made the namespace: no Job of before can be in it. */
  readonly isNewPlace?: boolean;
  /**
   * Called when a Job is complete, so that it is never run twice for the same inputs. With the last step the migration is
   * done, whose record follows at once: one write is enough for both.
   */
  readonly jobDone: (digest: string, isLastStep: boolean) => Promise<void>;
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
  const stages = stagesOf(selected.migration.steps);
  expectAll(context.sets, stages.flatMap(refsOf));
  for (const stage of stages) {
    const isLast = stage === stages.at(-1);
    const diagnostics = await runStage(stage, selected, { ...running, isLast }, inventory);
    if (diagnostics.length > 0) return { inventory, diagnostics };
  }
  return { inventory, diagnostics: [] };
}

type Stage =
  | { readonly kind: "apply"; readonly objects: PlannedObject[] }
  | { readonly kind: "wait"; readonly wanted: Wanted[] }
  | Extract<Step, { kind: "job" | "manual" | "remove" | "cutover" }>;

function stagesOf(steps: readonly Step[]): readonly Stage[] {
  const stages: Stage[] = [];
  for (const step of steps) {
    const last = stages.at(-1);
    if (step.kind === "apply") {
      if (last?.kind === "apply") last.objects.push(...step.objects);
      else stages.push({ kind: "apply", objects: [...step.objects] });
    } else if (step.kind === "wait") {
      const wanted = wantedOf(step);
      if (last?.kind === "wait") last.wanted.push(wanted);
      else stages.push({ kind: "wait", wanted: [wanted] });
    } else stages.push(step);
  }
  return stages;
}

/** What the stage waits for, as far as it says so. */
function refsOf(stage: Stage): readonly ObjectRef[] {
  switch (stage.kind) {
    case "wait":
      return stage.wanted.map(({ ref }) => ref);
    case "job":
      return [refOf(stage.object.object)];
    default:
      return [];
  }
}

/** A migration while its steps are carried out. */
interface Stepping extends Running, MigrationContext {
  /** This is its last step. */
  readonly isLast: boolean;
}

async function runStage(
  stage: Stage,
  selected: SelectedMigration,
  context: Stepping,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  const { id } = selected.migration;
  switch (stage.kind) {
    case "apply":
      return await applyAll(stage.objects, id, context, inventory);
    case "wait":
      return await waitAndExplain(stage.wanted, id, context);
    case "job":
      return await runJob(stage.object, milliseconds(stage.timeout), selected, context, inventory);
    case "manual":
      context.push({ type: "manual", id, instruction: stage.instruction });
      return [];
    case "remove":
      return await removeObject(stage.ref, id, context);
    case "cutover":
      return await cutOver(stage, id, context, inventory);
  }
}

/** What starts here is not found in an engine any more, also where it did not come from there in this run. */
async function applyAll(
  objects: readonly PlannedObject[],
  id: string,
  context: Running & MigrationContext,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  const front = context.crossing?.front;
  const isFront = (planned: PlannedObject): boolean => front?.isFront(planned) ?? false;
  const [opening, others] = [objects.filter(isFront), objects.filter((one) => !isFront(one))];
  const refused = await applyWaves(others, id, context, inventory);
  if (refused.length > 0) return refused;
  if (context.crossing !== undefined && front !== undefined && opening.length > 0) {
    const moving = { ...context, lasting: context.crossing.lasting.signal };
    return await moveFront(opening, id, moving, inventory, front);
  }
  for (const diagnostic of await context.crossing?.gates?.closeLeft(objects) ?? []) {
    context.push({ type: "warning", diagnostic });
  }
  return [];
}

/** Applies the Job as it is decided, waits for it, and records that it is done. */
async function runJob(
  planned: PlannedObject,
  timeoutMs: number,
  selected: SelectedMigration,
  context: Stepping,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  const { id } = selected.migration;
  const digest = digestObject(planned.object, context.key);
  const ref = refOf(planned.object);
  const job = context.isNewPlace ? null : await context.client.get(ref) ?? null;
  const refused = await tryApply(planned, id, context, inventory, job);
  if (refused.length > 0 || job === null && context.doneJobs.has(digest)) return refused;
  const wanted: Wanted = {
    ref,
    timeoutMs,
    ...(planned.source === undefined ? {} : { source: planned.source }),
  };
  const diagnostics = await waitAndExplain([wanted], id, context);
  if (diagnostics.length === 0 && !context.doneJobs.has(digest)) {
    await context.jobDone(digest, context.isLast);
  }
  return diagnostics;
}
