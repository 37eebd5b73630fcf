/** Proves that a started cluster works as a whole: a pod is admitted, scheduled and said to run. */
import type { ApiClient } from "./api_client.ts";
import { waitFor } from "./wait.ts";

const PODS = "/api/v1/namespaces/kube-system/pods";
const NAME = "embedded-cluster-probe";

interface Pod {
  readonly status?: { readonly phase?: string };
}

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: NAME },
  spec: { containers: [{ name: "probe", image: "probe" }], terminationGracePeriodSeconds: 0 },
} as const;

/**
 * Makes a pod in `kube-system`, waits until it runs and removes it. That needs the controller manager (its service
 * account), the scheduler and KWOK.
 *
 * @returns whether it ran within `timeoutMs`.
 */
export async function probe(api: ApiClient, timeoutMs: number): Promise<boolean> {
  const ran = await waitFor(timeoutMs, async () => {
    const { status, body } = await api.request("GET", `${PODS}/${NAME}`);
    if (status === 404) await api.request("POST", PODS, POD);
    return (body as Pod).status?.phase === "Running" || undefined;
  });
  await api.request("DELETE", `${PODS}/${NAME}`, { gracePeriodSeconds: 0 });
  return ran ?? false;
}
