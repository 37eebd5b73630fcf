/** What the embedded cluster holds before anybody uses it: k3s's custom resources and one simulated node. */
import { parseAllDocuments } from "yaml";
import type { ApiClient } from "./api_client.ts";
import { SIMULATED_NODE_ANNOTATION } from "./components.ts";
import type { ClusterLayout, ClusterOptions } from "./layout.ts";
import type { Manifests } from "./manifests.ts";
import { waitFor } from "./wait.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const ESTABLISHED_TIMEOUT_MS = 30_000;

/** The node that the stack's data belongs to, as the label `storage-id` says. */
const NODE = {
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: "main-01",
    annotations: { [SIMULATED_NODE_ANNOTATION.name]: SIMULATED_NODE_ANNOTATION.value },
    labels: {
      "storage-id": "main-01",
      "kubernetes.io/hostname": "main-01",
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": Deno.build.arch === "aarch64" ? "arm64" : "amd64",
      "compose-ferry/simulated": "true",
    },
  },
} as const;

/**
 * Puts everything there that a fresh cluster lacks. It is remembered when all of it is there; a start that was
 * interrupted before does it again, which changes nothing that exists.
 */
export async function seed(
  api: ApiClient,
  layout: ClusterLayout,
  options: ClusterOptions,
  manifests: Manifests,
): Promise<void> {
  const wanted = `${manifests.customResources} ${options.simulatedNode ? NODE.metadata.name : ""}`;
  if (await Deno.readTextFile(layout.seeded).catch(() => "") === wanted) return;
  const definitions = parseAllDocuments(await Deno.readTextFile(manifests.customResources))
    .map((document): unknown => document.toJS())
    .filter(isNamed);
  if (options.simulatedNode) await api.apply(`/api/v1/nodes/${NODE.metadata.name}`, NODE);
  await Promise.all(
    definitions.map((definition) => api.apply(`${DEFINITIONS}/${definition.metadata.name}`, definition)),
  );
  await Promise.all(definitions.map((definition) => waitEstablished(api, definition.metadata.name)));
  await Deno.writeTextFile(layout.seeded, wanted);
}

interface Named {
  readonly metadata: { readonly name: string };
}

function isNamed(value: unknown): value is Named {
  return typeof value === "object" && value !== null && "metadata" in value;
}

interface Definition {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function waitEstablished(api: ApiClient, name: string): Promise<void> {
  const established = await waitFor(ESTABLISHED_TIMEOUT_MS, async () => {
    const { body } = await api.request("GET", `${DEFINITIONS}/${name}`);
    const conditions = (body as Definition).status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === "Established" && status === "True") || undefined;
  });
  if (!established) {
    throw new Error(`Cannot use the custom resource "${name}": it was not established in time`);
  }
}
