/** Which services a service needs: said by compose, decided, or named by its configuration. */
import type { Service } from "../../compose/project.ts";
import { decided } from "./context.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { HostReference } from "./network/references.ts";

/** Names of the services that `service` needs, sorted, without itself. */
export function dependenciesOf(
  service: Service,
  references: readonly HostReference[],
  decisions: Decisions,
): string[] {
  const names = new Set([
    ...Object.keys(service.depends_on ?? {}),
    ...(service.links ?? []).map((link) => link.split(":")[0] ?? ""),
    ...(decided(decisions, service.name).dependsOn ?? []),
    ...references.filter((reference) => reference.from === service.name).map((reference) => reference.to),
  ]);
  names.delete(service.name);
  return [...names].filter((name) => name !== "").sort();
}
