/** Routes that lead to names outside of the cluster, for a Traefik of another project that may not follow them. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { isExternalName, type KubeObject } from "../kube/object.ts";
import { allowsExternalNames } from "../migration/external_names.ts";

/** Nothing where the plan has Traefik's values itself, and where those in the cluster may not be seen. */
export async function closedNames(
  client: ClusterClient,
  objects: readonly KubeObject[],
): Promise<readonly Diagnostic[]> {
  const routes = JSON.stringify(objects.filter(({ apiVersion }) => apiVersion.startsWith("traefik.io/")));
  const first = objects.find((object) =>
    isExternalName(object) && routes.includes(`"name":${JSON.stringify(object.metadata.name)}`)
  );
  if (first === undefined || objects.some((object) => allowsExternalNames(object) !== undefined)) return [];
  const kind = { apiVersion: "helm.cattle.io/v1", kind: "HelmChartConfig" };
  const live = (await ifAllowed(client.list(kind, undefined)))?.items ?? [];
  if (!live.some((object) => allowsExternalNames({ ...object, ...kind }) === false)) return [];
  return [{
    code: "traefik-external-name-closed",
    severity: "warning",
    message:
      `Service "${first.metadata.name}" stands for a name outside the cluster, and the cluster's Traefik is not allowed to route to it: ` +
      "its routes answer 404",
    hint:
      "Add to decisions.yaml of the project that has the Traefik: traefik: { externalNames: true }, and migrate it; " +
      "its Traefik restarts once",
  }];
}
