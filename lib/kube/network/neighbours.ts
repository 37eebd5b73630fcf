/** Other projects' services by the names that Docker's shared networks gave them: one Service for each name. */
import { clusterAddress, type NeighbourName } from "../../stack/network/neighbours.ts";
import { isServiceName } from "../../stack/names.ts";
import type { PlannedObject } from "../object.ts";

/** By which such a Service is found again; its value is the other project's namespace. */
export const NEIGHBOUR_LABEL = "compose-ferry/neighbour";

/**
 * A Service of type ExternalName for each: CoreDNS answers the short name with the other namespace's own one and its
 * address, on every port, headless Services included. What policies let through counts at the other end, by the address.
 *
 * @param taken names of Services that the namespace has for itself
 */
export function neighbourServices(
  names: Iterable<NeighbourName>,
  namespace: string,
  taken: ReadonlySet<string>,
): readonly PlannedObject[] {
  const services = new Map<string, PlannedObject>();
  for (const found of names) {
    // An odd name is the cluster's DNS's; an external link's may be called as nobody is there.
    const name = isServiceName(found.host.toLowerCase()) ? found.host.toLowerCase() : found.name;
    if (taken.has(name) || services.has(name)) continue;
    services.set(name, {
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          name,
          namespace,
          labels: { [NEIGHBOUR_LABEL]: found.namespace },
        },
        spec: { type: "ExternalName", externalName: clusterAddress(found) },
      },
    });
  }
  return [...services.values()];
}
