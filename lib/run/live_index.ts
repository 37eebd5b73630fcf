/** Which of the planned objects are on the server already, and in which version: one list per kind and namespace. */
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type KubeObject, objectKey, type PlannedObject } from "../kube/object.ts";
import { type DigestKey, digestObject, digestShared, SHARED_KINDS } from "../migration/digest.ts";
import { FIELD_MANAGER } from "../migration/record_names.ts";
import { ADOPTED_ANNOTATION, DIGEST_ANNOTATION, EPOCH_ANNOTATION, OWNER_LABEL } from "./names.ts";

/** Objects of this target that the runner made, by `objectKey`; metadata only. */
export type LiveIndex = ReadonlyMap<string, LiveObject>;

/**
 * Lists what is there of the planned kinds. Objects that others made are not in it, but for those of which a cluster has
 * one for all targets, as they are planned here: they keep their owner and are never sent by another target.
 */
export async function readLiveIndex(
  client: ClusterClient,
  owner: string,
  planned: readonly PlannedObject[],
): Promise<LiveIndex> {
  const places = new Map(
    planned.map(({ object: { apiVersion, kind, metadata: { namespace } } }) =>
      [[apiVersion, kind, namespace ?? ""].join(" "), { kind: { apiVersion, kind }, namespace }] as const
    ),
  );
  const lists = await Promise.all(
    [...places.values()].map(({ kind, namespace }) =>
      client.list(kind, namespace, {
        labelSelector: SHARED_KINDS.has(kind.kind) ? OWNER_LABEL : `${OWNER_LABEL}=${owner}`,
        metadataOnly: true,
      })
    ),
  );
  return indexOf(lists.flatMap(({ items }) => items), owner, planned);
}

/** Of objects that were found, those that count as this target's. */
export function indexOf(
  objects: readonly LiveObject[],
  owner: string,
  planned: readonly PlannedObject[],
): LiveIndex {
  const wanted = new Map(planned.map(({ object }) => [objectKey(object), object]));
  const found = objects.flatMap((object) => {
    if (object.metadata.labels?.[OWNER_LABEL] === owner) return [object];
    const same = wanted.get(objectKey(object));
    return same !== undefined && liveDigest(object) === digestShared(same) ? [ofAnother(object)] : [];
  });
  return new Map(found.map((object) => [objectKey(object), object] as const));
}

/** The object of another target: nothing of this one's to send again or to delete. */
function ofAnother(object: LiveObject): LiveObject {
  const { metadata } = object;
  const owner = metadata.labels?.[OWNER_LABEL] ?? "";
  return {
    ...object,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        [ADOPTED_ANNOTATION]: `${FIELD_MANAGER} for the namespace "${owner}"`,
        [EPOCH_ANNOTATION]: String(Number.MAX_SAFE_INTEGER),
      },
    },
  };
}

/**
 * Whether somebody hands it over: it carries this target's label, and no run wrote it yet, as with what k3s made from
 * its file of the first start.
 */
export function isHandedOver({ metadata }: LiveObject): boolean {
  return metadata.annotations?.[DIGEST_ANNOTATION] === undefined &&
    !(metadata.managedFields ?? []).some(({ manager }) => manager === FIELD_MANAGER);
}

/** The digest of the planned object that was applied last; undefined for an object on its way out. */
export function liveDigest(live: LiveObject | undefined): string | undefined {
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return undefined;
  return live.metadata.annotations?.[DIGEST_ANNOTATION];
}

/** Whether exactly this was applied last, and it is not on its way out. */
export function isAsPlanned(object: KubeObject, live: LiveObject | undefined, key: DigestKey): boolean {
  return liveDigest(live) === digestObject(object, key);
}
