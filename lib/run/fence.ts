/** Tells the API server from which epoch on writes are let in: the other half of `lib/migration/fence.ts`. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { FENCE_ANNOTATION, FENCE_MANAGER } from "../migration/record_names.ts";
import type { State } from "./state.ts";

/** Where the fence stands. */
interface Fenced {
  readonly client: ClusterClient;
  readonly namespace: string;
}

/**
 * To be called by whoever has just taken the lock, before anything else is written. Where that is not allowed, or a
 * newer run was faster, nothing is raised: the record's compare-and-swap tells the rest.
 * @returns the Namespace, where it was raised
 */
export async function raiseFence(
  { client, namespace }: Fenced,
  epoch: number,
): Promise<LiveObject | undefined> {
  const applied = await ifAllowed(client.apply({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, annotations: { [FENCE_ANNOTATION]: String(epoch) } },
  }, { fieldManager: FENCE_MANAGER, force: true }));
  return applied?.object;
}

/** The epoch of the next run: newer than the record's, and than the fence, which outlives a record that was deleted. */
export async function nextEpoch({ client, namespace }: Fenced, state: State): Promise<number> {
  const found = await ifAllowed(
    client.get({ apiVersion: "v1", kind: "Namespace", name: namespace }, true),
  );
  return Math.max(state.epoch, Number(found?.metadata.annotations?.[FENCE_ANNOTATION] ?? 0)) + 1;
}
