/** Plans with the names of other projects that a cluster has already. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { NEIGHBOUR_LABEL } from "../kube/network/neighbours.ts";
import { withLiveNeighbours } from "../migration/live_neighbours.ts";
import type { Plan } from "../migration/step.ts";
import { MIGRATION_ANNOTATION, OWNER_LABEL } from "../run/names.ts";
import type { Gathered } from "./gather.ts";

/** The same input, its plans with the names that an earlier run was told. Who may not see them keeps the plan. */
export async function keepNeighbours(gathered: Gathered, client: ClusterClient): Promise<Gathered> {
  const { conversion, plan, otherNamespaces = [] } = gathered;
  if (conversion === undefined) return gathered;
  const labelSelector = `${NEIGHBOUR_LABEL},${OWNER_LABEL}=${conversion.namespace}`;
  const kind = { apiVersion: "v1", kind: "Service" };
  const live = await ifAllowed(client.list(kind, conversion.namespace, { labelSelector }));
  if (live === undefined || live.items.length === 0) return gathered;
  const neighbours = live.items.map((object) => ({
    object: { ...object, ...kind },
    migration: object.metadata.annotations?.[MIGRATION_ANNOTATION] ?? "",
  }));
  const given = new Set(otherNamespaces);
  const keep = (planned: Plan): Plan => withLiveNeighbours(planned, neighbours, given);
  return {
    ...gathered,
    ...(plan === undefined ? {} : { plan: keep(plan) }),
    planFor: (key) => {
      const planned = gathered.planFor(key);
      return planned === undefined ? undefined : keep(planned);
    },
  };
}
