/** Makes way for the mended template of a StatefulSet whose pod of an earlier revision never becomes ready. */
import { ApiError, isConflict } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { OWNER_LABEL } from "./names.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** What deleting a pod needs to know about the run. */
export interface PodContext {
  readonly client: ClusterClient;
  readonly owner: string;
  /** Called before the write; throws where the right to write is gone. */
  readonly guard: () => Promise<void>;
}

/**
 * Deletes exactly this pod, so that its controller makes it anew of the template that was applied last; its claims
 * stay. Only of a StatefulSet that carries this target's label.
 * @returns whether it was deleted, or why that may not be done
 */
export async function deleteStuckPod(
  { client, owner, guard }: PodContext,
  set: LiveObject,
  pod: LiveObject,
): Promise<boolean | string> {
  const { name, namespace, uid } = pod.metadata;
  if (set.metadata.labels?.[OWNER_LABEL] !== owner || uid === undefined || namespace === undefined) {
    return false;
  }
  try {
    await client.delete({ apiVersion: "v1", kind: "Pod", name, namespace }, uid, "Background", guard);
    return true;
  } catch (error) {
    // Another pod has that name by now: somebody else made way.
    if (isConflict(error)) return false;
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    return `pod "${name}" of an earlier revision is not ready, and its controller leaves it so; it must be deleted, ` +
      `which this login may not: \`kubectl delete pod ${shellWord(name)} -n ${shellWord(namespace)}\``;
  }
}
