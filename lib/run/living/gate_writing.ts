/** Puts a gate's objects into the cluster and takes them away again, and touches nothing that others made. */
import type { ClusterClient } from "../../cluster/client.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { describeObject, type KubeObject } from "../../kube/object.ts";
import { EPOCH_ANNOTATION, OWNER_LABEL } from "../../migration/record_names.ts";
import { refOf } from "../../migration/step.ts";
import { record } from "../../values/json.ts";
import { GATE_LABELS } from "./gate.ts";

/** How the run writes. */
export interface GateWriting {
  readonly client: ClusterClient;
  /** The target's namespace, by which its objects are labelled. */
  readonly owner: string;
  /** How often the lock was taken until this run: the server refuses what a replaced run sends late. */
  readonly epoch: number;
  /** Refuses to write where the run has lost its lock. */
  readonly guard: () => Promise<void>;
  /** Says something while it is done. */
  readonly push: (event: { readonly type: "warning"; readonly diagnostic: Diagnostic }) => void;
}

/** All of them, or none where one is somebody else's. @returns why there is none. @throws ApiError */
export async function putObjects(
  objects: readonly KubeObject[],
  { client, owner, epoch, guard }: GateWriting,
): Promise<string | undefined> {
  for (const object of objects) {
    const live = await client.get(refOf(object));
    if (live !== undefined && live.metadata.labels?.[OWNER_LABEL] !== owner) return foreign(object);
  }
  for (const { metadata, ...object } of objects) {
    const marked = {
      ...metadata,
      labels: { ...metadata.labels, [OWNER_LABEL]: owner },
      annotations: { [EPOCH_ANNOTATION]: String(epoch) },
    };
    await client.apply({ ...object, metadata: marked }, { force: true, guard });
  }
  return undefined;
}

/** What leads to a gate goes first. @returns why something is left. @throws ApiError */
export async function takeObjects(
  objects: readonly KubeObject[],
  { client, owner, guard }: GateWriting,
): Promise<string | undefined> {
  let left: string | undefined;
  for (const object of objects.toReversed()) {
    const live = await client.get(refOf(object));
    // By now a migration may have made the Service its own.
    if (live?.metadata.uid === undefined || record(live["spec"])?.["selector"] !== undefined) continue;
    if (live.metadata.labels?.[OWNER_LABEL] !== owner) left = foreign(object);
    else await client.delete(refOf(object), live.metadata.uid, "Background", guard);
  }
  return left;
}

/** Whether no other Service than this gate's has the name. @throws ApiError */
export async function isFree(
  [service]: readonly [KubeObject, KubeObject],
  { client, owner }: GateWriting,
): Promise<boolean> {
  const live = await client.get(refOf(service));
  const [labels, key] = [live?.metadata.labels, GATE_LABELS.service];
  return live === undefined ||
    labels?.[OWNER_LABEL] === owner && labels[key] === service.metadata.labels?.[key];
}

/**
 * The names by which pods find a gate, besides the service's own.
 *
 * @param label of the service
 * @throws ApiError
 */
export async function namesOfGate(
  label: string,
  namespace: string,
  { client, owner }: GateWriting,
): Promise<readonly string[]> {
  const { items } = await client.list(
    { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
    namespace,
    {
      labelSelector: `${GATE_LABELS.service}=${label},${OWNER_LABEL}=${owner}`,
    },
  );
  return items.flatMap(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] ?? [])
    .filter((name) => name !== label);
}

/**
 * Opens one, and takes it away again where that fails, so that pods are not led to where nobody answers. One that was
 * open before stays: others call through it.
 *
 * @returns what `open` does: why there is none
 */
export async function triedOut(
  objects: readonly KubeObject[],
  writing: GateWriting,
  { open, close }: {
    readonly open: () => Promise<string | undefined>;
    readonly close: () => Promise<void>;
  },
): Promise<string | undefined> {
  const slices = objects.filter(({ kind }) => kind === "EndpointSlice");
  const live = await Promise.all(slices.map((object) => writing.client.get(refOf(object))));
  let isOpen = live.some((object) => object !== undefined);
  try {
    const why = await open();
    isOpen ||= why === undefined;
    return why;
  } finally {
    if (!isOpen) await takeObjects(objects, writing).finally(close);
  }
}

function foreign(object: KubeObject): string {
  return `${describeObject(object)} is there, was not made by this program's runs, and is left as it is`;
}
