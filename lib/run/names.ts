/** The names that the runner writes into the cluster. Part of the format: changing one needs an upgrade path. */
export { EPOCH_ANNOTATION, OWNER_LABEL } from "../migration/record_names.ts";

/** The keyed digest of the object as it was planned. */
export const DIGEST_ANNOTATION = "compose-ferry/digest";
/** In place of a digest, which needs the key, which needs the namespace that carries this. */
export const PREPARED = "prepared";
/** The migration that applied the object last. */
export const MIGRATION_ANNOTATION = "compose-ferry/migration";

/** On an object that was there before and was taken over: who had made it. Such an object is never deleted. */
export const ADOPTED_ANNOTATION = "compose-ferry/adopted";

/** On a workload without pods because it did not start. */
export const REST_ANNOTATION = "compose-ferry/at-rest";

/** The Secret with the key of all digests. */
export const KEY_NAME = "migration-key";
/** The Lease with the holder's heartbeat. */
export const LEASE_NAME = "migration-lock";
/** The ConfigMap that holds the record, in the target's namespace. */
export const STATE_NAME = "migration-state";

/** Version of the record's format. A newer one is refused. */
export const FORMAT = 1;
export const FORMAT_ANNOTATION = "compose-ferry/format";
/** What the key of the record's digests was, so that another key is told from an edited record. */
export const KEY_ANNOTATION = "compose-ferry/key";
export const LOCK_ANNOTATION = "compose-ferry/lock";
/** Marks each write, so that a lost answer can be told from a lost write. */
export const WRITE_ANNOTATION = "compose-ferry/write";
/** One annotation per migration: this prefix and the migration's id. */
export const MIGRATION_PREFIX = "migrations.compose-ferry/";
