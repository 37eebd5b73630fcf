/** What part a service plays in the stack, by which migrations choose it. */
import type { Service } from "../../compose/project.ts";
import { imageOf } from "./context.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { knownImage } from "./known_images.ts";

/** The workload kinds that a service can become. `none`: replaced by something named (see the findings). */
export type WorkloadKind = "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob" | "none";

/**
 * - `store`: a database or broker, or whatever else keeps its data like one.
 * - `job`: runs once and ends.
 * - `login`: an identity server that the decisions know.
 * - `application`: everything else.
 */
export type ServiceRole = "store" | "job" | "login" | "application";

/** The role of a service that became a workload of `kind`. */
export function roleOf(service: Service, kind: WorkloadKind, decisions: Decisions): ServiceRole {
  const { name } = service;
  if (kind === "Job") return "job";
  if (decisions.identity?.[name] !== undefined) return "login";
  const image = imageOf(decisions, service);
  const isStore = kind === "StatefulSet" || decisions.databases?.[name] !== undefined ||
    decisions.brokers?.[name] !== undefined ||
    (image !== undefined && knownImage(image)?.stateful === true);
  return isStore ? "store" : "application";
}
