/** Which services a service needs: said by compose, decided, or named by its configuration. */
import type { Dependency as ComposeDependency, Service } from "../../compose/project.ts";
import { decided } from "./context.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { type HostReference, referencesFrom } from "./network/references.ts";

/**
 * Why a service needs another one, from the weakest reason to the strongest: its configuration names the other's host,
 * a `link`, the conditions of `depends_on`, a decision, and again `depends_on`.
 */
export const REASONS = ["named", "linked", "started", "decided", "healthy", "completed"] as const;

/** One service that another needs, with the strongest reason. */
export interface Dependency {
  readonly service: string;
  readonly reason: (typeof REASONS)[number];
}

const CONDITIONS: Readonly<Record<ComposeDependency["condition"], Dependency["reason"]>> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
};

/** The services that `service` needs, by name, without itself. */
export function dependenciesOf(
  service: Service,
  references: readonly HostReference[],
  decisions: Decisions,
): Dependency[] {
  const all: readonly Dependency[] = [
    ...(referencesFrom(references).get(service.name) ?? [])
      .map(({ to }): Dependency => ({ service: to, reason: "named" })),
    ...(service.links ?? [])
      .map((link): Dependency => ({ service: link.split(":")[0] ?? "", reason: "linked" })),
    ...(decided(decisions, service.name).dependsOn ?? [])
      .map((name): Dependency => ({ service: name, reason: "decided" })),
    ...Object.entries(service.depends_on ?? {})
      .map(([name, { condition }]): Dependency => ({
        service: name,
        reason: CONDITIONS[condition],
      })),
  ];
  const strongest = new Map<string, Dependency>();
  for (const one of all) {
    const known = strongest.get(one.service);
    if (known === undefined || REASONS.indexOf(known.reason) < REASONS.indexOf(one.reason)) {
      strongest.set(one.service, one);
    }
  }
  return [...strongest.values()]
    .filter(({ service: name }) => name !== service.name && name !== "")
    .sort((left, right) => left.service < right.service ? -1 : 1);
}
