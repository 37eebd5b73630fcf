/** What a cluster's Traefik knows, asked only where a stack uses what not every Traefik 3 has. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { traefikDecisions } from "../decisions/traefik.ts";
import { type ClusterTraefik, fieldsOfSchema } from "../kube/traefik/cluster_traefik.ts";
import { list } from "../values/json.ts";
import type { PlannedStack } from "./plan_stack.ts";
import { podSpec } from "../kube/object.ts";

/** Undefined where it does not matter; empty where the cluster tells nothing of it. */
export async function traefikThere(
  client: ClusterClient,
  { conversion, decisions }: PlannedStack,
): Promise<ClusterTraefik | undefined> {
  if (conversion?.usesNewerTraefik !== true) return undefined;
  const { namespace } = traefikDecisions(decisions.traefik);
  const labelSelector = "app.kubernetes.io/name=traefik";
  const [schemas, deployments] = await Promise.all([
    client.schemas("traefik.io/v1alpha1"),
    ifAllowed(client.list({ apiVersion: "apps/v1", kind: "Deployment" }, namespace, { labelSelector })),
  ]);
  const version = deployments?.items.map(versionOf).find((found) => found !== undefined);
  const fields = [...schemas].flatMap(([kind, schema]) => fieldsOfSchema(kind, schema));
  return {
    ...(fields.length === 0 ? {} : { fields: new Set(fields) }),
    ...(version === undefined ? {} : { version }),
  };
}

/** As the tag of its image says: `rancher/mirrored-library-traefik:3.6.7`. */
function versionOf(deployment: LiveObject): string | undefined {
  const images = list(podSpec(deployment)?.["containers"]).map(({ image }) => String(image));
  return images.map((image) => /traefik:v?(\d+\.\d+\.\d+)/.exec(image)?.[1]).find((found) =>
    found !== undefined
  );
}
