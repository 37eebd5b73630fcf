/** In which order the programs of a pod start, and which of them run before the others begin. */
import type { Project, Service } from "../../../compose/project.ts";
import { sharingsOf } from "../../stack/pod_groups.ts";
import type { DecidedService } from "./conversion_state.ts";

/** Services of one pod by their names. */
export interface PodOrder {
  /** All, each after those that it needs. */
  readonly started: readonly string[];
  /**
   * Those that another one waits for until they are healthy, and what these need, such as the tunnel whose network they
   * have: none of them may find it missing.
   */
  readonly early: ReadonlySet<string>;
}

/** The order of what is in one pod, where nothing tells two apart as they are given. */
export function podOrder(project: Project, members: readonly DecidedService[]): PodOrder {
  const services = new Map(members.map(({ service }) => [service.name, service]));
  const needs = (name: string): readonly string[] => {
    const service = services.get(name);
    return service === undefined ? [] : neededBy(project, service).filter((other) => services.has(other));
  };
  const awaited = members.flatMap(({ service, decision }) =>
    decision.waitFor === false ? [] : Object.entries(service.depends_on ?? {})
      .flatMap(([name, { condition }]) => condition === "service_healthy" && services.has(name) ? [name] : [])
  );
  const early = withNeeds(awaited, needs);
  return {
    started: [...withNeeds([...services.keys()], needs)],
    // In a circle nobody can be first of all: then only those that are waited for.
    early: early.size < services.size ? early : new Set(awaited),
  };
}

/** What a service starts after: compose's order, and whose namespaces it has. */
function neededBy(project: Project, service: Service): readonly string[] {
  const shared = sharingsOf(project, service).flatMap(({ with: other }) =>
    other === undefined ? [] : [other]
  );
  return [...shared, ...Object.keys(service.depends_on ?? {})].filter((name) => name !== service.name);
}

/** The names and all that they need, that first. */
function withNeeds(names: readonly string[], needs: (name: string) => readonly string[]): Set<string> {
  const result = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    needs(name).forEach(visit);
    result.add(name);
  };
  names.forEach(visit);
  return result;
}
