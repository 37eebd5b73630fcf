/** Plans with the volumes that a cluster has already, whose places are fixed. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { withLiveVolumes } from "../migration/live_volumes.ts";
import type { Plan } from "../migration/step.ts";
import { OWNER_LABEL } from "../run/names.ts";
import type { Gathered } from "./gather.ts";
import { keepNeighbours } from "./live_neighbours.ts";

/** The same input, its plans with the volumes and the names of other projects as they are there. Who may not see them keeps the plan. */
export async function keepVolumes(given: Gathered, client: ClusterClient): Promise<Gathered> {
  const gathered = await keepNeighbours(given, client);
  const { conversion, plan } = gathered;
  if (conversion === undefined) return gathered;
  const labelSelector = `${OWNER_LABEL}=${conversion.namespace}`;
  const kind = { apiVersion: "v1", kind: "PersistentVolume" };
  const live = await ifAllowed(client.list(kind, undefined, { labelSelector }));
  if (live === undefined || live.items.length === 0) return gathered;
  const keep = (planned: Plan): Plan => withLiveVolumes(planned, live.items);
  return {
    ...gathered,
    ...(plan === undefined ? {} : { plan: keep(plan) }),
    planFor: (key) => {
      const planned = gathered.planFor(key);
      return planned === undefined ? undefined : keep(planned);
    },
  };
}
