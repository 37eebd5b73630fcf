/** What of a stack lies below the root of an engine of this machine. */
import type { Decisions } from "../decisions/decisions.ts";
import { findEngines } from "../docker/engines.ts";
import { plannedObjects } from "../migration/step.ts";
import { DOCKER_ROOT } from "../stack/storage/volume_roles.ts";
import { type DataBelow, dataBelow } from "../views/data_below.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { Surroundings } from "./surroundings.ts";

/** Asks the engines; Docker's usual root counts also where none answers any more. */
export async function belowDocker(
  { facts, conversion, plan, decisions }: PlannedStack,
  { environment }: Pick<Surroundings, "environment">,
): Promise<readonly DataBelow[]> {
  if (facts === undefined || conversion === undefined || plan === undefined) return [];
  const objects = plan.migrations.flatMap(plannedObjects).map(({ object }) => object);
  return dataBelow({ facts, conversion }, objects, await dockerRoots(decisions, environment));
}

/** Where the engines of this machine keep their data, and where they usually do. */
export async function dockerRoots(
  { dockerRoot, engine }: Decisions,
  environment: Surroundings["environment"],
): Promise<readonly string[]> {
  const usual = dockerRoot ?? DOCKER_ROOT;
  if (engine === "none") return [usual];
  using engines = await findEngines(environment);
  return [...new Set([...engines.known.map(({ root }) => root), usual])].filter((root) => root !== "");
}
