/** How many containers a service has. */
import type { Service } from "../../compose/project.ts";
import { decided } from "./context.ts";
import type { Decisions } from "../decisions/decisions.ts";

/** Decided, else `deploy.replicas` or `scale`, which compose lets nobody set apart. */
export function replicasOf(decisions: Decisions, service: Service): number {
  return decided(decisions, service.name).replicas ?? service.deploy?.replicas ?? service.scale ?? 1;
}

/** Whether it has none: nobody waits for it either (docker/compose, `shouldWaitForDependency` of its `convergence.go`). */
export function isOff(decisions: Decisions, service: Service): boolean {
  return replicasOf(decisions, service) === 0;
}
