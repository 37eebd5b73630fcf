/**
 * Brings what one person has in the cluster to what the plan says, and nothing else: under the lock, and recorded so
 * that the migration which holds the person is applied, and not changed, as soon as all of it is there.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { digestMigration } from "../migration/digest.ts";
import { type Plan, plannedObjects, refOf } from "../migration/step.ts";
import type { RunEvent } from "./event.ts";
import { entryKey, mergeEntries } from "./inventory.ts";
import { type Holding, holdLock, type Outcome, streamRun, type WriterOptions, writing } from "./locked.ts";
import { hasPersonWork, lookAtPerson, type PersonWork, tooEarly } from "./person_work.ts";
import { findTarget } from "./prepare.ts";
import { removeObject } from "./remove.ts";
import { runMigration } from "./run_migration.ts";
import type { MigrationRecord } from "./migration_record.ts";
import type { InventoryEntry } from "./state.ts";

/** Whose access, and what is done about the decision. */
export interface PersonOptions extends WriterOptions {
  readonly person: string;
  /** Called under the lock and before the first write to the cluster: writes the decision down. */
  readonly decide: () => Promise<void>;
}

/**
 * Does what `lookAtPerson` finds.
 * @throws Failure (2) where it is too early, (4) where the cluster cannot be used, (5) where another run holds the lock
 */
export function settlePerson(plan: Plan, options: PersonOptions): AsyncGenerator<RunEvent> {
  return streamRun(options, 1, async (writer) => {
    const target = await findTarget(options.client, options.namespace);
    if (target === undefined) throw tooEarly(plan, options.namespace);
    return await holdLock(writer, target, (holding) => settle(plan, options, holding));
  });
}

async function settle(plan: Plan, options: PersonOptions, holding: Holding): Promise<Outcome> {
  const { session, target, signal } = holding;
  signal.throwIfAborted();
  // Looked at once before, so that nothing is written down that cannot be done.
  await lookAtPerson(plan, options.person, target, session.state);
  await options.decide();
  const work = await lookAtPerson(plan, options.person, target, session.state);
  if (!hasPersonWork(work)) return "unchanged";
  try {
    return await carryOut(work, options, holding);
  } catch (error) {
    if (session.lost.aborted) throw session.lost.reason;
    if (options.signal.aborted) return "interrupted";
    throw error;
  }
}

async function carryOut(work: PersonWork, options: PersonOptions, holding: Holding): Promise<Outcome> {
  const { session, target, push, runId } = holding;
  const { migration, apply, remove } = work;
  const id = migration?.id ?? "access";
  const title = `Access of "${options.person}"`;
  const startedAt = options.now();
  const start = performance.now();
  push({
    type: "migration-started",
    id,
    title,
    at: startedAt,
    resumed: false,
    redo: false,
    objects: apply.length + remove.length,
  });
  // Recorded before they exist: what a run that dies leaves behind can still be found.
  const intended = apply.map(({ object }) => ({ ...refOf(object), uid: "" }));
  if (intended.length > 0) await changeInventory(holding, id, intended, []);
  const { inventory, removed, diagnostics } = await write(work, id, holding);
  const finishedAt = options.now();
  const durationMs = Math.round(performance.now() - start);
  const before = session.state.records.get(id);
  const record: MigrationRecord | undefined =
    migration !== undefined && diagnostics.length === 0 && work.isRecordStale
      ? {
        state: "applied",
        digest: digestMigration(migration, target.key),
        objects: plannedObjects(migration).length,
        startedAt,
        finishedAt,
        durationMs,
        by: options.by,
        attempt: (before?.attempt ?? 0) + 1,
        epoch: session.state.epoch,
        run: runId,
        ...(before?.jobs === undefined ? {} : { jobs: before.jobs }),
      }
      : undefined;
  await changeInventory(holding, id, inventory, removed, record);
  const state = diagnostics.length === 0 ? "applied" : "failed";
  push({ type: "migration-finished", id, title, state, at: finishedAt, durationMs, diagnostics });
  return state;
}

interface Written {
  readonly inventory: readonly InventoryEntry[];
  readonly removed: readonly InventoryEntry[];
  readonly diagnostics: readonly Diagnostic[];
}

/** New objects first, so that a changed login is never none; what is left over only where they all were taken. */
async function write(work: PersonWork, id: string, holding: Holding): Promise<Written> {
  const context = { ...writing(holding), secrets: [] };
  const steps = [{ kind: "apply", objects: work.apply }] as const;
  const migration = { id, title: "", why: "", absent: [], claimed: [], steps };
  const { inventory, diagnostics } = await runMigration({ migration, digest: "", reason: "changed" }, {
    ...context,
    live: work.live,
    // What has drifted carries this program's labels: it is taken back.
    force: work.drifted.size > 0,
    doneJobs: new Set(),
    jobDone: () => Promise.resolve(),
  });
  if (diagnostics.length > 0) return { inventory, removed: [], diagnostics };
  const removed: InventoryEntry[] = [];
  const problems: Diagnostic[] = [];
  for (const entry of work.remove) {
    const { uid, ...ref } = entry;
    const found = await removeObject(ref, id, { ...context, adoptedToo: true }, uid);
    if (found.length === 0) removed.push(entry);
    problems.push(...found);
  }
  return { inventory, removed, diagnostics: problems };
}

async function changeInventory(
  { session }: Holding,
  id: string,
  added: readonly InventoryEntry[],
  removed: readonly InventoryEntry[],
  record?: MigrationRecord,
): Promise<void> {
  const gone = new Set(removed.map(entryKey));
  await session.update((state) => {
    const kept = [...state.inventory].map(([one, entries]) =>
      [one, entries.filter((entry) => !gone.has(entryKey(entry)))] as const
    );
    const inventory = new Map<string, readonly InventoryEntry[]>(kept);
    const merged = mergeEntries(inventory.get(id) ?? [], added);
    return {
      ...state,
      records: record === undefined ? state.records : new Map(state.records).set(id, record),
      inventory: merged.length === 0 ? inventory : inventory.set(id, merged),
    };
  });
}
