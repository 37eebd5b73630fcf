/** The guard before workloads start, with what the command line knows. */
import type { ClusterClient } from "../cluster/client.ts";
import { plannedObjects } from "../migration/step.ts";
import { volumeDirectories } from "../stack/storage/volume_roles.ts";
import { type GuardOptions, StartGuard } from "../run/guard/start_guard.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { Surroundings } from "./surroundings.ts";

/** What flags make different. */
export type GuardManner = Partial<Pick<GuardOptions, "allowRunning" | "isCrossing">>;

/** The guard of what was gathered; without a client all that it finds is a warning. Undefined without a plan. */
export function guardOf(
  stack: PlannedStack,
  { environment, signal }: Surroundings,
  client?: ClusterClient,
  { allowRunning = false, isCrossing }: GuardManner = {},
): StartGuard | undefined {
  const { plan, project, conversion, decisions } = stack;
  if (plan === undefined || project === undefined || conversion === undefined) return undefined;
  return new StartGuard({
    ...(client === undefined ? {} : { client }),
    namespace: conversion.namespace,
    all: plan.migrations.flatMap(plannedObjects),
    project,
    neighbours: stack.otherProjects ?? [],
    ...(stack.facts === undefined ? {} : { volumeDirectories: volumeDirectories(stack.facts) }),
    environment,
    withoutEngine: decisions.engine === "none",
    allowRunning,
    ...(isCrossing === undefined ? {} : { isCrossing }),
    signal,
  });
}
