/** A service on its way from the engine to the cluster, as the record has it. */
import type { RestartPolicy, ServiceContainer } from "../docker/service_containers.ts";
import { isActive } from "./guard/container_words.ts";

/**
 * What is being done, written before it is done:
 * - `prepared`: everything is there but the pod
 * - `closing`: the containers are told to end
 * - `closed`: neither side runs; it is proved that nobody is on the directories
 * - `opening`: the pod is started and waited for
 * - `verified`: the cluster serves it
 * - `back`: the pod ends, and the containers are started again
 */
export type CutoverState = "prepared" | "closing" | "closed" | "opening" | "verified" | "back";

/** A container that was stopped for it, or that nobody may start meanwhile. */
export interface ClosedContainer {
  readonly id: string;
  readonly name: string;
  /** Where its engine answers, as Docker writes it. */
  readonly host: string;
  /** What it had before, put back when the service goes back. */
  readonly restart: RestartPolicy;
  /** It did not run before, and does not when the service goes back. */
  readonly wasStopped?: true;
}

/** One service's. Nothing in it is secret. */
export interface Cutover {
  readonly state: CutoverState;
  /** Both sides run for a moment: `opening` comes before `closing`, and nobody is without it. Else absent. */
  readonly mode?: "overlap";
  /** The migration that has its workload. */
  readonly migration: string;
  readonly containers: readonly ClosedContainer[];
  /** ISO 8601: since when nobody serves it, or since when the cluster does. */
  readonly since: string;
  /** For how long nobody served it, in milliseconds: from the first signal until the pod was ready. */
  readonly outageMs?: number;
  /** Why it goes back. */
  readonly why?: string;
}

/** As it is to be recorded before anything is done to it. */
export function closedOf(container: ServiceContainer): ClosedContainer {
  const { id, name, host, restartPolicy: restart } = container;
  return { id, name, host, restart, ...(isActive(container) ? {} : { wasStopped: true }) };
}

/** Whether something is left to be done about it. */
export function isUnderWay({ state }: Cutover): boolean {
  return state !== "verified";
}
