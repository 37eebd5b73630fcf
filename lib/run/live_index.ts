/** Which of the planned objects are on the server already, and in which version: one list per kind and namespace. */
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type KubeObject, objectKey, type PlannedObject } from "../kube/object.ts";
import { type DigestKey, digestObject } from "../migration/digest.ts";
import { FIELD_MANAGER } from "../migration/record_names.ts";
import { DIGEST_ANNOTATION, OWNER_LABEL } from "./names.ts";

/** Objects of this target that the runner made, by `objectKey`; metadata only. */
export type LiveIndex = ReadonlyMap<string, LiveObject>;

/** Lists what is there of the planned kinds. Objects that others made are not in it. */
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
      client.list(kind, namespace, { labelSelector: `${OWNER_LABEL}=${owner}`, metadataOnly: true })
    ),
  );
  return new Map(lists.flatMap((list) => list.items.map((object) => [objectKey(object), object] as const)));
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
