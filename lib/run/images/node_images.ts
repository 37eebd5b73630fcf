/** The node that pods will run on, as far as its images are concerned: this machine's containerd, or what the API server tells of it. */
import { ifAllowed } from "../../cluster/api_error.ts";
import type { ClusterClient } from "../../cluster/client.ts";
import type { LiveObject } from "../../cluster/live_object.ts";
import type { KubeObject } from "../../kube/object.ts";
import {
  type ContainerStore,
  digestsOf,
  listImages,
  openStore,
  StoreError,
} from "../../node/container_store.ts";
import { items, list, record } from "../../values/json.ts";
import { whereabouts } from "../guard/whereabouts.ts";
import type { NodeImages } from "./image_plan.ts";
import { storedName, tagged } from "./wanted.ts";

/** What is known of the node. */
export interface NodeSight {
  /** Its images may be written to; absent where they can only be heard of. */
  readonly store?: ContainerStore;
  /** Absent where nobody can tell. */
  readonly images?: NodeImages;
  /** Why this run cannot bring images there. */
  readonly why?: string;
  /** The command that does, for one image. */
  readonly command: (reference: string) => string;
  /** It runs the engine's own images, or no program at all. */
  readonly needsNone: boolean;
}

/**
 * Asks the API server for the nodes, and containerd where one of them is this machine.
 *
 * @param wanted full names: only their digests are looked up
 */
export async function lookAtNode(
  client: ClusterClient,
  planned: readonly KubeObject[],
  wanted: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<NodeSight> {
  const listed = await ifAllowed(client.list({ apiVersion: "v1", kind: "Node" }, undefined));
  const nodes = listed?.items ?? [];
  const [node] = nodes;
  const runtimes = nodes.map(runtimeOf);
  const needsNone = runtimes.length > 0 && runtimes.every((runtime) => /^(docker:|kwok|fake)/.test(runtime));
  const isK3s = runtimes.some((runtime) => runtime.includes("k3s"));
  const told = { images: toldBy(nodes), needsNone, command: commandFor(node, isK3s, "here") };
  if (needsNone) return told;
  if (listed === undefined) return { ...told, why: "the cluster's nodes may not be listed" };
  if (await whereabouts(client, planned) === "elsewhere") {
    return { ...told, why: "the node is another machine", command: commandFor(node, isK3s, "elsewhere") };
  }
  if (runtimes.some((runtime) => !runtime.startsWith("containerd:"))) {
    return { ...told, why: `the node runs its containers by ${runtimes[0]?.split(":")[0]}` };
  }
  try {
    const store = await openStore(environment);
    return { ...told, store, images: await storedImages(store, wanted) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { ...told, why: `the node's containerd could not be asked: ${error.message}` };
  }
}

/** What containerd has of these names, with the digests that an engine may know them by. @throws StoreError */
export async function storedImages(store: ContainerStore, wanted: readonly string[]): Promise<NodeImages> {
  const names = new Set(wanted);
  const found = (await listImages(store)).filter(({ name }) => names.has(name));
  return new Map(
    await Promise.all(found.map(async (image) => {
      // Of an image whose content is gone nobody knows what it was: it is not the same.
      const digests = await digestsOf(store, image).catch((error) => {
        if (error instanceof StoreError) return [image.digest];
        throw error;
      });
      return [image.name, { digests, isPinned: image.isPinned }] as const;
    })),
  );
}

function runtimeOf(node: LiveObject | undefined): string {
  return String(record(record(node?.["status"])?.["nodeInfo"])?.["containerRuntimeVersion"] ?? "");
}

/** Names alone, and of the largest fifty images: a kubelet tells no more (`nodeStatusMaxImages`). */
function toldBy(nodes: readonly LiveObject[]): NodeImages {
  const names = nodes.flatMap((node) => list(record(node["status"])?.["images"]))
    .flatMap(({ names }) => items(names).map((name) => storedName(tagged(String(name)))));
  return new Map(names.map((name) => [name, { digests: [], isPinned: true }]));
}

function commandFor(
  node: LiveObject | undefined,
  isK3s: boolean,
  where: "here" | "elsewhere",
): NodeSight["command"] {
  return (reference: string): string => {
    const labels = node?.metadata.labels ?? {};
    const provider = String(record(node?.["spec"])?.["providerID"] ?? "");
    if (labels["minikube.k8s.io/name"] !== undefined) return `minikube image load ${reference}`;
    if (provider.startsWith("kind://")) return `kind load docker-image ${reference}`;
    if (/^k3d-/.test(node?.metadata.name ?? "")) return `k3d image import ${reference}`;
    if (runtimeOf(node).startsWith("cri-o:")) return `docker save ${reference} | sudo podman load`;
    const far = where === "elsewhere" ? `ssh ${node?.metadata.name ?? "NODE"} ` : "";
    const program = isK3s ? "k3s ctr" : "ctr -n k8s.io";
    return `docker save ${reference} | ${far}sudo ${program} images import -`;
  };
}
