/**
 * Keeps the record small: applied migrations of long ago become one short line each, in the object's data, when
 * the annotations would outgrow their budget. Who ran them and how long it took is lost; what was applied is not.
 */
import { type DigestKey, digestValue } from "../migration/digest.ts";
import { compareIds } from "../migration/order.ts";
import type { MigrationRecord } from "./migration_record.ts";

/** A quarter of what the API allows for all annotations of an object (256 KiB), less room for lock and marks. */
const RECORD_BUDGET = 60 * 1024;
/** What the name and the `chain` of a record add to its JSON. */
const OVERHEAD = 128;

/** The records in two parts: short lines, and full annotations. Together they are all, each in the order of ids. */
export interface SplitRecords {
  readonly rolled: readonly (readonly [string, MigrationRecord])[];
  readonly full: readonly (readonly [string, MigrationRecord])[];
}

/** Rolls up as many of the oldest applied records as the budget demands; none while all fit. */
export function splitRecords(records: ReadonlyMap<string, MigrationRecord>): SplitRecords {
  const sorted = [...records].sort(([left], [right]) => compareIds(left, right));
  let bytes = sorted.reduce((sum, entry) => sum + sizeOf(entry), 0);
  const rolled: (readonly [string, MigrationRecord])[] = [];
  const full: (readonly [string, MigrationRecord])[] = [];
  for (const [id, record] of sorted) {
    if (bytes > RECORD_BUDGET && record.state === "applied") {
      bytes -= sizeOf([id, record]);
      rolled.push([id, shortened(record)]);
    } else full.push([id, record]);
  }
  return { rolled, full };
}

/** One line for each rolled record: id, digest, objects, when, and the digests of its Jobs. */
export function writeRolled(rolled: SplitRecords["rolled"]): string {
  return rolled.map(([id, { digest, objects, startedAt, jobs }]) =>
    [id, digest, objects, startedAt, ...(jobs ?? [])].join(" ")
  ).join("\n");
}

/** The records of `writeRolled`'s lines. */
export function readRolled(text: string | undefined): SplitRecords["rolled"] {
  return (text ?? "").split("\n").flatMap((line) => {
    const [id, digest, objects, startedAt, ...jobs] = line.split(" ");
    if (!id || digest === undefined || startedAt === undefined) return [];
    return [[id, shortened({ ...SHORT, digest, objects: Number(objects), startedAt, jobs })] as const];
  });
}

/** The start of the chain that the full records continue: any change to a line breaks it. */
export function chainOf(rolled: SplitRecords["rolled"], key: DigestKey): string {
  return rolled.length === 0 ? "" : digestValue(writeRolled(rolled), key);
}

const SHORT = { state: "applied", by: "", attempt: 1, epoch: 0, run: "" } as const;

function shortened({ digest, objects, startedAt, finishedAt, jobs }: MigrationRecord): MigrationRecord {
  const at = finishedAt ?? startedAt;
  return {
    ...SHORT,
    digest,
    objects,
    startedAt: at,
    finishedAt: at,
    ...(jobs === undefined || jobs.length === 0 ? {} : { jobs }),
  };
}

function sizeOf([id, record]: readonly [string, MigrationRecord]): number {
  return new TextEncoder().encode(id + JSON.stringify(record)).length + OVERHEAD;
}
