/** One migration of a run: recorded as `running` before its first write and as `applied` after its last. */
import { redact } from "../diff/secrets.ts";
import type { PlannedObject } from "../kube/object.ts";
import { plannedObjects, refOf } from "../migration/step.ts";
import { mergeEntries } from "./inventory.ts";
import type { LiveIndex } from "./live_index.ts";
import { type Holding, type Outcome, type Push, writing } from "./locked.ts";
import type { MigrationRecord } from "./migration_record.ts";
import { type MigrationResult, runMigration } from "./run_migration.ts";
import type { RunContext } from "./run_context.ts";
import { recordOf, shorten, startOf } from "./running_record.ts";
import type { SelectedMigration } from "./select_migrations.ts";
import type { Session } from "./session.ts";
import type { State } from "./state.ts";

/**
 * Carries out one migration. That it is applied is recorded with the run's next write, which is the next migration's
 * first or the one that gives the lock back: after a run that died in between the next one finds everything as planned.
 * @throws Failure (5) where somebody else took over
 */
export async function runOne(
  selected: SelectedMigration,
  live: LiveIndex,
  context: RunContext,
): Promise<Outcome> {
  const { options, session, signal } = context;
  const start = performance.now();
  const running = await begin(selected, context);
  const jobs = new Set(running.jobs ?? []);
  const result = await runSafely(selected, live, { ...context, running, jobs });
  const isApplied = result.diagnostics.length === 0 && !result.isInterrupted;
  const error = result.isInterrupted ? "interrupted" : result.diagnostics[0]?.message;
  const durationMs = Math.round(performance.now() - start);
  finish(selected, result, context, {
    ...withoutRedo(running, isApplied),
    ...(jobs.size === 0 ? {} : { jobs: [...jobs] }),
    state: isApplied ? "applied" : "failed",
    finishedAt: options.now(),
    durationMs,
    ...(error === undefined ? {} : { error: shorten(redact(error, context.secrets)) }),
  });
  if (isApplied) return "applied";
  await session.flush();
  return signal.aborted ? interrupted(session) : "failed";
}

/** Pushes at once, or when what the run did before it is recorded: events keep their order. */
export function pushInOrder({ session, push }: Pick<Holding, "session" | "push">): Push {
  return (event) => session.hasDeferred ? session.later((state) => state, () => push(event)) : push(event);
}

/** @throws the reason where the lock is lost */
export function interrupted(session: Session): Outcome {
  if (session.lost.aborted) throw session.lost.reason;
  return "interrupted";
}

async function begin(selected: SelectedMigration, context: RunContext): Promise<MigrationRecord> {
  const { session } = context;
  const { id, title, absent } = selected.migration;
  const planned = plannedObjects(selected.migration);
  const push = pushInOrder(context);
  const running = startOf(selected, planned.length, context);
  for (const service of absent) push({ type: "service-absent", id, service });
  push({
    type: "migration-started",
    id,
    title,
    at: running.startedAt,
    resumed: selected.reason === "resumed" || selected.record?.redo !== undefined,
    redo: running.redo !== undefined,
    objects: planned.length,
  });
  // Recorded before they exist: what a run that dies leaves behind can still be found by `prune`.
  const intended = planned.map(({ object }: PlannedObject) => ({ ...refOf(object), uid: "" }));
  await session.update((state) =>
    recordOf(state, id, running, mergeEntries(intended, state.inventory.get(id) ?? []))
  );
  return running;
}

/** The record of what came of it, and the event that tells it. */
function finish(
  { migration: { id, title } }: SelectedMigration,
  { inventory, diagnostics }: MigrationResult,
  { session, push }: RunContext,
  record: MigrationRecord & { readonly finishedAt: string; readonly durationMs: number },
): void {
  const { finishedAt: at, durationMs } = record;
  const state = record.state === "applied" ? "applied" : "failed";
  session.later(
    (before) => recordOf(before, id, record, mergeEntries(before.inventory.get(id) ?? [], inventory)),
    () => push({ type: "migration-finished", id, title, state, at, durationMs, diagnostics }),
  );
}

/** What is done again goes on being that until it is done. */
function withoutRedo({ redo, ...rest }: MigrationRecord, isApplied: boolean): MigrationRecord {
  return { ...rest, ...(redo === undefined || isApplied ? {} : { redo }) };
}

/** A migration that is recorded as running. */
interface Begun extends RunContext {
  readonly running: MigrationRecord;
  /** Digests of Jobs that are done, growing. */
  readonly jobs: Set<string>;
}

async function runSafely(
  selected: SelectedMigration,
  live: LiveIndex,
  context: Begun,
): Promise<MigrationResult & { readonly isInterrupted: boolean }> {
  const { options, session, secrets, adoptions, running, jobs } = context;
  const { id } = selected.migration;
  try {
    const result = await runMigration(selected, {
      ...writing(context),
      live,
      force: options.adopt ?? false,
      adoptions,
      redo: running.redo,
      startGuard: options.startGuard,
      crossing: context.crossing,
      isNewPlace: context.isNewPlace,
      secrets,
      doneJobs: jobs,
      jobDone: async (digest, isLastStep) => {
        jobs.add(digest);
        const record = { ...running, jobs: [...jobs] };
        const write = (state: State): State => recordOf(state, id, record, state.inventory.get(id) ?? []);
        if (isLastStep) session.later(write, () => {});
        else await session.update(write);
      },
    });
    return { ...result, isInterrupted: false };
  } catch (error) {
    if (session.lost.aborted) throw session.lost.reason;
    if (!options.signal.aborted) throw error;
    return { inventory: [], diagnostics: [], isInterrupted: true };
  }
}
