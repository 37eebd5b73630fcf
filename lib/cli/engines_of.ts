/** The engines that a command may ask. */
import { type Engines, findEngines } from "../docker/engines.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { Surroundings } from "./surroundings.ts";

/** Engines of this machine, or none where the decision says that there is none. */
export async function enginesOf(
  { decisions }: PlannedStack,
  { environment }: Pick<Surroundings, "environment">,
): Promise<Engines> {
  if (decisions.engine === "none") return { known: [], silent: [], [Symbol.dispose]: () => {} };
  return await findEngines(environment);
}
