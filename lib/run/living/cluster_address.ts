/** Where the cluster serves a service, for whoever does not ask its DNS. */
import type { ClusterClient } from "../../cluster/client.ts";
import { serviceLabel } from "../../stack/names.ts";
import { list, record } from "../../values/json.ts";
import type { ForwardedPort } from "./forwarding.ts";
import type { ClusterAddress } from "./stand_in.ts";

/** Undefined where its Service has no address of its own, as no port of it is known. @throws ApiError */
export async function clusterAddress(
  client: ClusterClient,
  namespace: string,
  service: string,
): Promise<ClusterAddress | undefined> {
  const name = serviceLabel(service);
  const spec = record((await client.get({ apiVersion: "v1", kind: "Service", namespace, name }))?.["spec"]);
  const address = String(spec?.["clusterIP"] ?? "None");
  const ports = list(spec?.["ports"]).flatMap(({ port, protocol }): ForwardedPort[] =>
    typeof port === "number" && (protocol === "TCP" || protocol === "UDP") ? [{ port, protocol }] : []
  );
  return address === "None" || ports.length === 0 ? undefined : { address, ports };
}
