/** What a run would stumble over in a cluster, found before its first write. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import type { CommandLine } from "../diagnostics/command_line.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { KubeObject } from "../kube/object.ts";
import { STORAGE_ID_LABEL, storageIdsOf } from "../kube/storage/node_directory.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { unreadNames } from "./cluster_names.ts";
import { closedNames } from "./closed_names.ts";
import { diagnoseForeign, foreignAmong } from "./foreign.ts";
import { readLiveIndex } from "./live_index.ts";
import { findRecord } from "./prepare.ts";
import { missingRights } from "./rbac.ts";
import { loadState } from "./session.ts";
import { EMPTY_STATE } from "./state.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/**
 * Rights that are missing, kinds that the server does not know, a namespace on its way out, volumes that no node
 * could carry, objects of others in the way. Reads only.
 *
 * @param commandLine how the commands are written that findings name
 * @throws ApiError, ConnectionError where the cluster cannot be asked
 */
export async function preflight(
  client: ClusterClient,
  plan: Plan,
  namespace: string,
  commandLine?: CommandLine,
): Promise<readonly Diagnostic[]> {
  const planned = plan.migrations.flatMap(plannedObjects);
  const objects = planned.map(({ object }) => object);
  const found = await Promise.all([
    missingRights(client, plan, namespace),
    unknownKinds(client, objects),
    terminating(client, namespace),
    missingNodes(client, objects),
    inTheWay(client, plan, namespace, commandLine),
    unreadNames(planned, { client, namespace }),
    closedNames(client, objects),
  ]);
  return found.flat();
}

async function unknownKinds(client: ClusterClient, objects: readonly KubeObject[]): Promise<Diagnostic[]> {
  const kinds = new Map(objects.map((object) => [`${object.kind} of ${object.apiVersion}`, object] as const));
  const found = await Promise.all(
    [...kinds].map(async ([name, { apiVersion, kind }]) =>
      await client.resource(apiVersion, kind) === undefined ? [name] : []
    ),
  );
  return found.flat().map((name) => ({
    code: "run-unknown-kind",
    severity: "error",
    message: `The server does not know the kind ${name}`,
    hint: "Install what defines it (for Traefik's kinds: the Traefik that k3s brings), then run again",
  }));
}

/** What may not be looked at is not judged: a right that the run needs is named by `missingRights`. */
async function terminating(client: ClusterClient, namespace: string): Promise<Diagnostic[]> {
  const found = await ifAllowed(client.get({ apiVersion: "v1", kind: "Namespace", name: namespace }));
  return found?.metadata.deletionTimestamp === undefined ? [] : [{
    code: "run-namespace-terminating",
    severity: "error",
    message: `Namespace "${namespace}" is being deleted since ${found.metadata.deletionTimestamp}`,
    hint: "Wait until it is gone, then run again",
  }];
}

/** Not judged where they may not be listed: `missingRights` names that. */
async function inTheWay(
  client: ClusterClient,
  plan: Plan,
  namespace: string,
  commandLine: CommandLine | undefined,
): Promise<readonly Diagnostic[]> {
  const planned = plan.migrations.flatMap(plannedObjects);
  const found = await ifAllowed((async () => {
    const target = await findRecord(client, namespace);
    const [state, live] = await Promise.all([
      target === undefined ? EMPTY_STATE : loadState(target),
      readLiveIndex(client, namespace, planned),
    ]);
    return await foreignAmong(planned, { client, namespace, state, live });
  })());
  return diagnoseForeign(found?.values() ?? [], commandLine);
}

/** Pods on a local volume start only on a node that has the volume's label. */
async function missingNodes(client: ClusterClient, objects: readonly KubeObject[]): Promise<Diagnostic[]> {
  const wanted = [...new Set(objects.flatMap(storageIdsOf))];
  const homeless = objects.filter(isOfNoNode);
  if (wanted.length === 0 && homeless.length === 0) return [];
  const nodes = (await ifAllowed(client.list({ apiVersion: "v1", kind: "Node" }, undefined)))?.items;
  if (nodes === undefined) return [];
  return [...withoutNode(wanted, nodes), ...(homeless.length === 0 ? [] : severalNodes(nodes))];
}

/** A directory of a node, and nothing says of which: on another one a pod would find none, or an empty one. */
function severalNodes(nodes: readonly LiveObject[]): Diagnostic[] {
  const open = nodes.filter(({ spec }) => {
    // The edge: `spec` of a Node.
    const { unschedulable, taints = [] } = (spec ?? {}) as NodeSpec;
    return unschedulable !== true && !taints.some(({ effect }) => effect !== "PreferNoSchedule");
  });
  if (open.length < 2) return [];
  return [{
    code: "run-several-nodes",
    severity: "error",
    message: `${open.length} nodes could start the pods, and only one of them has their directories`,
    hint: `Add to decisions.yaml: storageId: main-01, and label that node: kubectl label node ${
      open[0]?.metadata.name ?? "NODE"
    } ${STORAGE_ID_LABEL}=main-01`,
  }];
}

interface NodeSpec {
  readonly unschedulable?: boolean;
  readonly taints?: readonly { readonly effect: string }[];
}

function isOfNoNode(object: KubeObject): boolean {
  if (object.kind !== "PersistentVolume" || storageIdsOf(object).length > 0) return false;
  // The edge: `spec` of a PersistentVolume as the conversion writes it.
  const spec = object["spec"] as { readonly local?: unknown; readonly hostPath?: unknown };
  return spec.local !== undefined || spec.hostPath !== undefined;
}

function withoutNode(wanted: readonly string[], nodes: readonly LiveObject[]): Diagnostic[] {
  const present = new Set(nodes.map(({ metadata }) => metadata.labels?.[STORAGE_ID_LABEL]));
  const name = nodes.length === 1 ? nodes[0]?.metadata.name : "NODE";
  return wanted.filter((id) => !present.has(id)).map((id) => ({
    code: "run-no-node",
    severity: "error",
    message: `No node has the label ${STORAGE_ID_LABEL}=${id}, so no pod with data can start`,
    hint: `On the node that has the directories: kubectl label node ${shellWord(name ?? "NODE")} ${
      shellWord(`${STORAGE_ID_LABEL}=${id}`)
    }`,
  }));
}
