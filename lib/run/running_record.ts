/** What is recorded of a migration while it runs and after it. */
import { plannedObjects } from "../migration/step.ts";
import { digestObject } from "../migration/digest.ts";
import type { Recorded } from "./decide.ts";
import type { Holding } from "./locked.ts";
import type { MigrationRecord } from "./migration_record.ts";
import type { InventoryEntry, State } from "./state.ts";
import type { SelectedMigration } from "./select_migrations.ts";

/**
 * What is done again, and which of the Jobs are not: the epoch since when the migration is done again (the run's own,
 * unless one of before began it), and the digests of the Jobs that were completed (since then).
 */
export function againOf(
  { record, reason }: SelectedMigration,
  epoch: number,
): Pick<Recorded, "redo" | "doneJobs"> {
  const isNewRedo = reason === "redo" && record?.redo === undefined;
  return {
    redo: reason === "redo" ? record?.redo ?? epoch : undefined,
    doneJobs: new Set(isNewRedo ? [] : record?.jobs),
  };
}

/**
 * The record while it runs. What is done again goes on where it stopped, with the Jobs that were done since. Jobs that
 * are not planned any more are forgotten before anything is sent: should their inputs come back, they run again.
 */
export function startOf(
  selected: SelectedMigration,
  objects: number,
  context: Holding,
): MigrationRecord {
  const { options, session, runId, target } = context;
  const { migration, digest, record } = selected;
  const { redo, doneJobs } = againOf(selected, session.state.epoch);
  const planned = new Set(plannedObjects(migration).map(({ object }) => digestObject(object, target.key)));
  const jobs = [...doneJobs].filter((job) => planned.has(job));
  return {
    state: "running",
    digest,
    objects,
    startedAt: options.now(),
    by: options.by,
    attempt: (record?.attempt ?? 0) + 1,
    epoch: session.state.epoch,
    run: runId,
    ...(jobs.length === 0 ? {} : { jobs }),
    ...(redo === undefined ? {} : { redo }),
  };
}

/** The state with one migration's record, and what belongs to it. */
export function recordOf(
  state: State,
  id: string,
  record: MigrationRecord,
  inventory: readonly InventoryEntry[],
): State {
  return {
    ...state,
    records: new Map(state.records).set(id, record),
    inventory: new Map(state.inventory).set(id, inventory),
  };
}

/** At most 512 bytes of the first line: a record is no place for logs. */
export function shorten(text: string): string {
  const line = text.split("\n")[0] ?? "";
  return line.length <= 400 ? line : `${line.slice(0, 400)}…`;
}
