/** What the embedded cluster holds before anybody uses it: k3s's custom resources, runtime classes and name server, and one simulated node. */
import { parseAllDocuments } from "yaml";
import type { ApiClient } from "./api_client.ts";
import { SIMULATED_NODE_ANNOTATION } from "./components.ts";
import type { ClusterLayout, ClusterOptions } from "./layout.ts";
import type { Manifests } from "./manifests.ts";
import { NAME_SERVER } from "./name_server.ts";
import { waitFor } from "./wait.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/kube-system/deployments";
const SERVED_TIMEOUT_MS = 120_000;

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

/** Runtimes that a pod may ask for: k3s defines them on every cluster. https://docs.k3s.io/advanced#alternative-container-runtime-support */
const RUNTIMES = [
  "crun",
  "lunatic",
  "nvidia",
  "nvidia-experimental",
  "slight",
  "spin",
  "wasmedge",
  "wasmer",
  "wasmtime",
  "wws",
].map((name) => ({
  apiVersion: "node.k8s.io/v1",
  kind: "RuntimeClass",
  metadata: { name },
  handler: name,
}));
const RUNTIME_CLASSES = "/apis/node.k8s.io/v1/runtimeclasses";

/**
 * Puts everything there that a fresh cluster lacks, and waits until all of it is served. It is remembered when it is
 * there; a start that was interrupted before does it again, which changes nothing that exists.
 */
export async function seed(
  api: ApiClient,
  layout: ClusterLayout,
  options: ClusterOptions,
  manifests: Manifests,
): Promise<void> {
  const definitions = parseAllDocuments(await Deno.readTextFile(manifests.customResources))
    .map((document): unknown => document.toJS())
    .filter(isDefinition);
  const wanted = [
    manifests.customResources,
    options.simulatedNode ? `${NODE.metadata.name} ${NAME_SERVER.metadata.name}` : "",
    ...RUNTIMES.map(({ handler }) => handler),
  ].join(" ");
  if (await Deno.readTextFile(layout.seeded).catch(() => "") !== wanted) {
    if (options.simulatedNode) {
      await api.apply(`/api/v1/nodes/${NODE.metadata.name}`, NODE);
      await waitNamespace(api, NAME_SERVER.metadata.namespace);
      await api.apply(`${DEPLOYMENTS}/${NAME_SERVER.metadata.name}`, NAME_SERVER);
    }
    await Promise.all(
      RUNTIMES.map((runtime) => api.apply(`${RUNTIME_CLASSES}/${runtime.metadata.name}`, runtime)),
    );
    await Promise.all(
      definitions.map((definition) => api.apply(`${DEFINITIONS}/${definition.metadata.name}`, definition)),
    );
    await Deno.writeTextFile(layout.seeded, wanted);
  }
  await Promise.all(definitions.map((definition) => waitServed(api, definition)));
}

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

function isDefinition(value: unknown): value is Definition {
  return typeof value === "object" && value !== null && "metadata" in value && "spec" in value;
}

/** The server makes its own namespaces itself, a moment after it is ready. */
async function waitNamespace(api: ApiClient, name: string): Promise<void> {
  const found = await waitFor(
    SERVED_TIMEOUT_MS,
    async () => (await api.request("GET", `/api/v1/namespaces/${name}`)).status === 200 || undefined,
  );
  if (!found) throw new Error(`Cannot use the namespace "${name}": it was not there in time`);
}

/**
 * An established resource answers 404 and then 429 for a moment before it can be used, also after a restart; its
 * schema, which KWOK reads, is published a moment later.
 */
async function waitServed(api: ApiClient, { metadata, spec }: Definition): Promise<void> {
  for (const { name } of spec.versions.filter(({ served }) => served)) {
    const path = `/apis/${spec.group}/${name}/${spec.names.plural}?limit=1`;
    const served = await waitFor(SERVED_TIMEOUT_MS, async () => {
      if ((await api.request("GET", path)).status !== 200) return undefined;
      const { body } = await api.request("GET", `/openapi/v3/apis/${spec.group}/${name}`);
      return JSON.stringify(body).includes(`/${spec.names.plural}/{name}"`) || undefined;
    });
    if (!served) {
      throw new Error(`Cannot use the custom resource "${metadata.name}": it was not served in time`);
    }
  }
}
