/** What stands on the directories of workloads, as `check` says it. */
import type { ClusterClient } from "../cluster/client.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { plannedObjects } from "../migration/step.ts";
import { guardOf } from "./guard_of.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * What `check` says: errors where the cluster's node is known to be this machine, warnings where no cluster was
 * named, nothing where the node is another machine.
 */
export async function checkInUse(
  stack: PlannedStack,
  surroundings: Surroundings,
  client?: ClusterClient,
): Promise<readonly Diagnostic[]> {
  const objects = stack.plan?.migrations.flatMap(plannedObjects) ?? [];
  return await guardOf(stack, surroundings, client)?.preview(objects) ?? [];
}
