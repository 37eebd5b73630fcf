/** Plans with the names of other projects that a cluster has already. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { NEIGHBOUR_LABEL } from "../kube/network/neighbours.ts";
import { withLiveNeighbours } from "../migration/live_neighbours.ts";
import { MIGRATION_ANNOTATION, OWNER_LABEL } from "../run/names.ts";
import { eachPlan } from "./each_plan.ts";
import type { PlannedStack } from "./plan_stack.ts";

/** The same input, its plans with the names that an earlier run was told. Who may not see them keeps the plan. */
export async function keepNeighbours(stack: PlannedStack, client: ClusterClient): Promise<PlannedStack> {
  const { conversion, otherProjects = [] } = stack;
  if (conversion === undefined) return stack;
  const labelSelector = `${NEIGHBOUR_LABEL},${OWNER_LABEL}=${conversion.namespace}`;
  const kind = { apiVersion: "v1", kind: "Service" };
  const live = await ifAllowed(client.list(kind, conversion.namespace, { labelSelector }));
  if (live === undefined || live.items.length === 0) return stack;
  const neighbours = live.items.map((object) => ({
    object: { ...object, ...kind },
    migration: object.metadata.annotations?.[MIGRATION_ANNOTATION] ?? "",
  }));
  const given = new Set(otherProjects.map(({ namespace }) => namespace));
  return eachPlan(stack, (plan) => withLiveNeighbours(plan, neighbours, given));
}
