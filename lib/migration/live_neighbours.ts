/** Names of other projects that a run was told once stay, also in runs that are told of fewer projects. */
import { NEIGHBOUR_LABEL } from "../kube/network/neighbours.ts";
import type { KubeObject } from "../kube/object.ts";
import { objectKey } from "../kube/object.ts";
import { type Plan, type PlannedMigration, plannedObjects } from "./step.ts";

/** A Service as it is in the cluster, and the migration that applied it. */
export interface LiveNeighbour {
  readonly migration: string;
  readonly object: KubeObject;
}

/**
 * The plan with the names that the cluster has and the plan has not, of projects that this run was told nothing of.
 *
 * @param given the namespaces of the projects that it was told of: their names are as planned
 */
export function withLiveNeighbours(
  plan: Plan,
  live: readonly LiveNeighbour[],
  given: ReadonlySet<string>,
): Plan {
  const planned = new Set(plan.migrations.flatMap(plannedObjects).map(({ object }) => objectKey(object)));
  const kept = live.filter(({ object }) =>
    !given.has(object.metadata.labels?.[NEIGHBOUR_LABEL] ?? "") && !planned.has(objectKey(object))
  );
  if (kept.length === 0) return plan;
  return {
    ...plan,
    migrations: plan.migrations.map((migration) =>
      withObjects(migration, kept.filter(({ migration: id }) => id === migration.id).map(asPlanned))
    ),
  };
}

/** As it was planned: without what the server and the run added. */
function asPlanned({ object }: LiveNeighbour): KubeObject {
  const { apiVersion, kind, metadata: { name, namespace, labels } } = object;
  // The edge: `spec` of a Service.
  const { externalName } = (object["spec"] ?? {}) as { readonly externalName?: string };
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [NEIGHBOUR_LABEL]: labels?.[NEIGHBOUR_LABEL] ?? "" },
    },
    spec: { type: "ExternalName", externalName },
  };
}

/** They were applied with the configuration, in one step. */
function withObjects(migration: PlannedMigration, objects: readonly KubeObject[]): PlannedMigration {
  if (objects.length === 0) return migration;
  const added = objects.map((object) => ({ object }));
  const [first, ...rest] = migration.steps;
  return {
    ...migration,
    steps: first?.kind === "apply"
      ? [{ ...first, objects: [...first.objects, ...added] }, ...rest]
      : [{ kind: "apply", objects: added }, ...migration.steps],
  };
}
