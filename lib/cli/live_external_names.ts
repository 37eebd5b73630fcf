/** Plans that leave a Traefik that may lead to names outside as it is: nobody asked for its restart. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { allowsExternalNames, closedValues, withExternalNames } from "../migration/external_names.ts";
import { eachPlan } from "./each_plan.ts";
import type { PlannedStack } from "./plan_stack.ts";

/** The same input, its plans with what the cluster's values allow already. Who may not see them keeps the plan. */
export async function keepExternalNames(stack: PlannedStack, client: ClusterClient): Promise<PlannedStack> {
  const { plan, decisions } = stack;
  const planned = plan === undefined ? undefined : closedValues(plan);
  if (plan === undefined || planned === undefined || decisions.traefik?.externalNames === false) return stack;
  const { apiVersion, kind, metadata } = planned;
  const live = await ifAllowed(client.get({ apiVersion, kind, ...metadata }));
  if (live === undefined || allowsExternalNames(live) !== true) return stack;
  return eachPlan(stack, withExternalNames);
}
