/** Whether a project that has no record in its namespace was moved into another namespace of the cluster before. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { OWNER_LABEL } from "./names.ts";
import { findRecord } from "./prepare.ts";

const PART_OF = "app.kubernetes.io/part-of";
const WORKLOADS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** A namespace with a record, and a program of the project that runs there. */
export interface MovedBefore {
  readonly namespace: string;
  readonly workload: string;
}

/**
 * By this program's own workloads in other namespaces: one with the name and the project of a planned one. What may not
 * be looked at is not judged.
 */
export async function movedBefore(
  client: ClusterClient,
  plan: Plan,
  namespace: string,
): Promise<MovedBefore | undefined> {
  if (await findRecord(client, namespace) !== undefined) return undefined;
  const planned = new Set(
    plan.migrations.flatMap(plannedObjects).map(({ object }) => object)
      .filter(({ kind }) => WORKLOADS.has(kind)).map(identity),
  );
  if (planned.size === 0) return undefined;
  for (const kind of WORKLOADS) {
    const asked = client.list({ apiVersion: "apps/v1", kind }, undefined, { labelSelector: OWNER_LABEL });
    for (const live of (await ifAllowed(asked))?.items ?? []) {
      const owner = live.metadata.labels?.[OWNER_LABEL];
      if (owner === undefined || owner === namespace || !planned.has(identity(live))) continue;
      if (await ifAllowed(findRecord(client, owner)) === undefined) continue;
      return { namespace: owner, workload: `${kind} ${live.metadata.name}` };
    }
  }
  return undefined;
}

interface Named {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** A workload of a project, of whatever kind it was made. */
function identity({ metadata }: Named): string {
  return `${metadata.name} of ${metadata.labels?.[PART_OF] ?? ""}`;
}
