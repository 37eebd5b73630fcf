/** Plans that are changed by what a target tells. */
import type { Plan } from "../migration/step.ts";
import type { PlannedStack } from "./plan_stack.ts";

/** The same input with its plan changed, for whatever digest key. */
export function eachPlan(stack: PlannedStack, change: (plan: Plan) => Plan): PlannedStack {
  const changed = (plan: Plan | undefined): Plan | undefined => plan === undefined ? undefined : change(plan);
  const plan = changed(stack.plan);
  return {
    ...stack,
    ...(plan === undefined ? {} : { plan }),
    planFor: (digestKey) => changed(stack.planFor(digestKey)),
  };
}
