/** A directory of the node as the source of a PersistentVolume: one that is there, or one that is made. */

import type { KubeObject } from "../object.ts";

/** The label of a node that says which storage it has. */
export const STORAGE_ID_LABEL = "storage-id";

/** Of a PersistentVolume: its place is neither written nor decided, but was found; once made, the place holds. */
export const PLACE_ANNOTATION = "compose-ferry/place";
export const FOUND = "found";

export interface NodeDirectory {
  readonly path: string;
  /** Made where it is missing, by the kubelet: empty and root's. */
  readonly create: boolean;
  /** The value of the node's label, where one was decided. */
  readonly storageId?: string | undefined;
}

/**
 * The part of a PersistentVolume's `spec` that says where it lies.
 *
 * A `local` volume has to exist and to name its node; `hostPath` makes the directory. Where no node was decided there
 * is one, whose labels nobody has set: a run refuses to start on several.
 */
export function nodeDirectory({ path, create, storageId }: NodeDirectory): Record<string, unknown> {
  if (!create) return { local: { path }, nodeAffinity: affinity(storageId) };
  return {
    hostPath: { path, type: "DirectoryOrCreate" },
    ...(storageId === undefined ? {} : { nodeAffinity: affinity(storageId) }),
  };
}

/** A `local` volume is refused without one: every node has a hostname. */
function affinity(storageId: string | undefined): Record<string, unknown> {
  const expression = storageId === undefined
    ? { key: "kubernetes.io/hostname", operator: "Exists" }
    : { key: STORAGE_ID_LABEL, operator: "In", values: [storageId] };
  return { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } };
}

/** The values of that label by which a PersistentVolume chooses its node; none of other objects. */
export function storageIdsOf({ kind, spec }: KubeObject): readonly string[] {
  if (kind !== "PersistentVolume") return [];
  // The edge: `spec` of a PersistentVolume as the conversion writes it.
  const { nodeAffinity } = spec as {
    nodeAffinity?: {
      required: { nodeSelectorTerms: readonly { matchExpressions: readonly Expression[] }[] };
    };
  };
  return (nodeAffinity?.required.nodeSelectorTerms ?? []).flatMap(({ matchExpressions }) =>
    matchExpressions.filter(({ key }) => key === STORAGE_ID_LABEL).flatMap(({ values }) => values)
  );
}

interface Expression {
  readonly key: string;
  readonly values: readonly string[];
}
