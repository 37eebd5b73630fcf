/** Tells the API server from which epoch on writes are let in: the other half of `lib/migration/fence.ts`. */
import { ApiError } from "../cluster/api_error.ts";
import { FENCE_ANNOTATION, FENCE_MANAGER } from "../migration/record_names.ts";
import type { Target } from "./session.ts";

/**
 * To be called by whoever has just taken the lock, before anything else is written. Where that is not allowed, or a
 * newer run was faster, nothing is raised: the record's compare-and-swap tells the rest.
 */
export async function raiseFence({ client, namespace }: Target, epoch: number): Promise<void> {
  try {
    await client.apply({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, annotations: { [FENCE_ANNOTATION]: String(epoch) } },
    }, { fieldManager: FENCE_MANAGER, force: true });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
  }
}
