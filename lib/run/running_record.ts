/** What is recorded of a migration while it runs and after it. */
import { plannedObjects } from "../migration/step.ts";
import { digestObject } from "../migration/digest.ts";
import type { Holding } from "./locked.ts";
import type { Session } from "./session.ts";
import type { MigrationRecord } from "./migration_record.ts";
import type { InventoryEntry } from "./state.ts";
import type { Work } from "./work.ts";

/**
 * The record while it runs. What is done again goes on where it stopped, with the Jobs that were done since. Jobs that
 * are not planned any more are forgotten before anything is sent: should their inputs come back, they run again.
 */
export function startOf(
  { migration, digest, record, reason }: Work,
  objects: number,
  context: Holding,
): MigrationRecord {
  const { options, session, runId, target } = context;
  const planned = new Set(plannedObjects(migration).map(({ object }) => digestObject(object, target.key)));
  const jobs = record?.jobs?.filter((job) => planned.has(job)) ?? [];
  const isNewRedo = reason === "redo" && record?.redo === undefined;
  return {
    state: "running",
    digest,
    objects,
    startedAt: options.now(),
    by: options.by,
    attempt: (record?.attempt ?? 0) + 1,
    epoch: session.state.epoch,
    run: runId,
    ...(jobs.length === 0 || isNewRedo ? {} : { jobs }),
    ...(reason === "redo" ? { redo: record?.redo ?? session.state.epoch } : {}),
  };
}

/** Writes one migration's record, and what belongs to it. */
export async function writeRecord(
  session: Session,
  id: string,
  record: MigrationRecord,
  inventory: readonly InventoryEntry[],
): Promise<void> {
  await session.update((state) => ({
    ...state,
    records: new Map(state.records).set(id, record),
    inventory: new Map(state.inventory).set(id, inventory),
  }));
}

/** At most 512 bytes of the first line: a record is no place for logs. */
export function shorten(text: string): string {
  const line = text.split("\n")[0] ?? "";
  return line.length <= 400 ? line : `${line.slice(0, 400)}…`;
}
