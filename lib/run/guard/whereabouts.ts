/** Where the pods of a cluster run, seen from the machine that this program runs on. */
import { ifAllowed } from "../../cluster/api_error.ts";
import type { ClusterClient, ObjectList } from "../../cluster/client.ts";
import type { LiveObject } from "../../cluster/live_object.ts";
import { list, record } from "../../values/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { STORAGE_ID_LABEL, storageIdsOf } from "../../kube/storage/node_directory.ts";
import { isThisMachine, type NodeMarks, thisMachine } from "../../node/machine.ts";

/** On this machine, on another one, or nobody can know, as the nodes may not be listed. */
export type Whereabouts = "here" | "elsewhere" | "unknown";

/**
 * Whether one of the nodes that can have the directories is this machine. Asks for the nodes.
 *
 * @param planned volumes name the label of the nodes that have the directories; of several nodes only these count
 * @throws where this machine's own marks cannot be read
 */
export async function whereabouts(
  client: ClusterClient,
  planned: readonly KubeObject[],
): Promise<Whereabouts> {
  const machine = await thisMachine();
  if (machine.bootId === undefined) return "elsewhere";
  const nodes = await nodesOf(client);
  if (nodes === undefined) return "unknown";
  const storageIds = planned.flatMap(storageIdsOf);
  const carriers = nodes.items.filter(({ metadata }) =>
    storageIds.includes(metadata.labels?.[STORAGE_ID_LABEL] ?? "")
  );
  const candidates = carriers.length > 0 ? carriers : nodes.items;
  return candidates.some((node) => isThisMachine(marksOf(node), machine)) ? "here" : "elsewhere";
}

/** Nodes stay where they are: two guards of one command ask once. What failed is asked again. */
async function nodesOf(client: ClusterClient): Promise<ObjectList | undefined> {
  const asked = known.get(client) ?? ifAllowed(client.list({ apiVersion: "v1", kind: "Node" }, undefined));
  known.set(client, asked);
  try {
    return await asked;
  } catch (error) {
    known.delete(client);
    throw error;
  }
}

const known = new WeakMap<ClusterClient, Promise<ObjectList | undefined>>();

function marksOf(node: LiveObject): NodeMarks {
  const status = record(node["status"]);
  const info = record(status?.["nodeInfo"]);
  return {
    bootId: String(info?.["bootID"] ?? ""),
    machineId: String(info?.["machineID"] ?? ""),
    addresses: list(status?.["addresses"])
      .filter(({ type }) => type === "InternalIP" || type === "ExternalIP")
      .map(({ address }) => String(address)),
  };
}
