/** One migration in the record. */

/** What is recorded of one migration. Nothing in it is secret. */
export interface MigrationRecord {
  readonly state: "running" | "applied" | "failed";
  /** Keyed digest of the migration as it was planned. */
  readonly digest: string;
  readonly objects: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly durationMs?: number;
  readonly by: string;
  readonly attempt: number;
  readonly epoch: number;
  /** The run that wrote it. */
  readonly run: string;
  /** First message of the failure, without secrets, cut to 512 bytes. */
  readonly error?: string;
  /** Keyed digests of the Jobs that were completed. */
  readonly jobs?: readonly string[];
  /** It is being applied again, Jobs included; the epoch since when. Gone when that is done. */
  readonly redo?: number;
}
