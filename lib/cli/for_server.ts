/** Plans as the server that is there understands them. */
import type { ClusterClient } from "../cluster/client.ts";
import { forOlderServer, HOSTNAME_OVERRIDE_SINCE, isForAnyServer } from "../migration/older_server.ts";
import { eachPlan } from "./each_plan.ts";
import type { PlannedStack } from "./plan_stack.ts";

/** The same input, its plans without what an older server does not know. Asks only where a plan has any of it. */
export async function forServer(stack: PlannedStack, client: ClusterClient): Promise<PlannedStack> {
  const { plan } = stack;
  if (plan === undefined || isForAnyServer(plan)) return stack;
  if (await client.minorVersion() >= HOSTNAME_OVERRIDE_SINCE) return stack;
  return eachPlan(stack, forOlderServer);
}
