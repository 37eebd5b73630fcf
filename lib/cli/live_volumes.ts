/** Plans with the volumes that a cluster has already, whose places are fixed. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { withLiveVolumes } from "../migration/live_volumes.ts";
import { OWNER_LABEL } from "../run/names.ts";
import { eachPlan } from "./each_plan.ts";
import { keepNeighbours } from "./live_neighbours.ts";
import type { PlannedStack } from "./plan_stack.ts";

/** The same input, its plans with the volumes and the names of other projects as they are there. Who may not see them keeps the plan. */
export async function keepVolumes(given: PlannedStack, client: ClusterClient): Promise<PlannedStack> {
  const stack = await keepNeighbours(given, client);
  const { conversion } = stack;
  if (conversion === undefined) return stack;
  const labelSelector = `${OWNER_LABEL}=${conversion.namespace}`;
  const kind = { apiVersion: "v1", kind: "PersistentVolume" };
  const live = await ifAllowed(client.list(kind, undefined, { labelSelector }));
  if (live === undefined || live.items.length === 0) return stack;
  return eachPlan(stack, (plan) => withLiveVolumes(plan, live.items));
}
