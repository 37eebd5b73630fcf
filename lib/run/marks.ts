/** The marks that every object of a run carries. */
import type { KubeObject } from "../kube/object.ts";
import { type DigestKey, digestObject } from "../migration/digest.ts";
import {
  ADOPTED_ANNOTATION,
  DIGEST_ANNOTATION,
  EPOCH_ANNOTATION,
  MIGRATION_ANNOTATION,
  OWNER_LABEL,
} from "./names.ts";

/** What every object of a run is marked with. */
export interface Marks {
  /** The target's namespace, by which its objects are labelled. */
  readonly owner: string;
  readonly key: DigestKey;
  /** How often the lock was taken until this run: the server refuses what a replaced run sends late. */
  readonly epoch: number;
}

/**
 * The object as it is sent: with the owner's label, its digest, its migration and the run's epoch; of one that was
 * taken over also who had made it.
 */
export function decorate(
  object: KubeObject,
  { owner, key, epoch }: Marks,
  migration: string,
  adopted?: string,
): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [OWNER_LABEL]: owner },
      annotations: {
        ...metadata.annotations,
        [DIGEST_ANNOTATION]: digestObject(object, key),
        [MIGRATION_ANNOTATION]: migration,
        [EPOCH_ANNOTATION]: String(epoch),
        ...(adopted === undefined ? {} : { [ADOPTED_ANNOTATION]: adopted }),
      },
    },
  };
}
