/** The secrets of a stack that was read. */
import { plannedObjects } from "../migration/step.ts";
import { secretInventory } from "../secrets/inventory.ts";
import type { SecretGroup } from "../secrets/place.ts";
import type { PlannedStack } from "./plan_stack.ts";
import { viewOf } from "./stack_view.ts";

/**
 * Also where errors keep a plan from being made: a change that was interrupted is one.
 * @throws Failure (3) where there is no project
 */
export function inventoryOf(stack: PlannedStack): readonly SecretGroup[] {
  const { facts: { project, bindSources, decisions }, conversion, plan } = viewOf(stack);
  return secretInventory({
    conversion,
    texts: { project, bindSources },
    decisions,
    objects: [
      ...conversion.configuration,
      ...conversion.traefik,
      ...(plan?.migrations.flatMap(plannedObjects) ?? []),
    ],
  });
}
