/** Why a pod does not come up, seen in its status within seconds instead of after a controller's deadline. */
import type { ContainerStatus, Pod } from "kubernetes-types/core/v1.d.ts";
import type { LiveObject } from "./live_object.ts";
import type { Sightings } from "./sightings.ts";
import type { Companions } from "./companions.ts";

/** What is wrong with a pod. */
export interface Trouble {
  readonly pod: string;
  readonly container?: string;
  readonly reason: string;
  /** Waiting longer will not help. */
  readonly isFinal: boolean;
}

/** Waiting reasons of the kubelet that do not go away by themselves. */
const FINAL_REASONS: ReadonlySet<string> = new Set(["ErrImageNeverPull", "InvalidImageName"]);
/** The kubelet tries again every few seconds: what was missing may be there by now, a slow disk may be done. */
const CONTAINER_REASONS: ReadonlySet<string> = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);
/** An image may come within the first tries: a registry is away for a moment, a pull secret is just made. */
const IMAGE_REASONS: ReadonlySet<string> = new Set(["ImagePullBackOff", "ErrImagePull"]);
const IMAGE_GRACE_MS = 8_000;
const CONTAINER_GRACE_MS = 12_000;
/** The scheduler needs a moment, and volumes that bind on first use need another. */
const SCHEDULING_GRACE_MS = 15_000;
/** What the controller of volumes has missed it sees in its next round, 15 seconds later; a busy one needs several. */
const BINDING_GRACE_MS = 60_000;
/** One crash may be a database that was not up yet; several are not. */
const CRASHES = 3;
/** Waiting reasons of a container whose turn has not come: volumes are mounted, images pulled, others run first. */
const STARTING: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);
/** Most pods are through within this; after it the events are asked what it waits for. */
const CREATING_GRACE_MS = 5_000;
/** The kubelet tries a mount again after 0.5 s and doubles its pauses: five tries. */
const MOUNT_GRACE_MS = 15_000;
/** What the kubelet says of a volume that is not there: pkg/volume/{secret,configmap,hostpath,util/hostutil}. */
const MISSING =
  /(secrets?|configmaps?) "[^"]*" not found|references non-existent|type check failed|does not exist|no such file/i;

type Memory = Pick<Companions, "sightings" | "warnings">;
type Found = Pick<Trouble, "reason" | "isFinal">;

/** The pod's trouble, or undefined where it has none (yet). */
export function troubleOf(object: LiveObject, memory: Memory): Trouble | undefined {
  // The edge: callers pass pods.
  const { status, spec } = object as unknown as Pod;
  if (object.metadata.deletionTimestamp !== undefined) return undefined;
  const { name: pod, uid } = object.metadata;
  const { sightings } = memory;
  for (const container of containersOf(object)) {
    const trouble = containerTrouble(container, `${uid} ${container.name}`, sightings);
    if (trouble !== undefined) return { pod, container: container.name, ...trouble };
  }
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False" && scheduled.reason === "Unschedulable") {
    const reason = `no node can take it: ${scheduled.message ?? "unschedulable"}`;
    const grace = reason.includes("unbound immediate PersistentVolumeClaims")
      ? BINDING_GRACE_MS
      : SCHEDULING_GRACE_MS;
    return { pod, reason, isFinal: sightings.since(`${uid} scheduling`) > grace };
  }
  if (status?.phase === "Failed" && spec?.restartPolicy === "Always") {
    return { pod, reason: status.message ?? status.reason ?? "the pod failed", isFinal: true };
  }
  const isCreating = status?.phase === "Pending" && scheduled?.status === "True" &&
    containersOf(object).every(({ state }) =>
      state?.waiting === undefined
        ? state?.running === undefined && state?.terminated === undefined
        : STARTING.has(state.waiting.reason ?? "")
    );
  const trouble = isCreating ? creationTrouble(object, memory) : undefined;
  return trouble === undefined ? undefined : { pod, ...trouble };
}

/** Whether a container of the pod cannot start, or ended and waits for its next try. */
export function isDown(pod: LiveObject): boolean {
  return containersOf(pod).some(({ state }) =>
    state?.waiting?.reason !== undefined && !STARTING.has(state.waiting.reason)
  );
}

function containersOf(pod: LiveObject): readonly ContainerStatus[] {
  // The edge: callers pass pods.
  const { status } = pod as unknown as Pod;
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function containerTrouble(
  { name, state, restartCount, lastState, ready }: ContainerStatus,
  key: string,
  sightings: Sightings,
): Found | undefined {
  const reason = state?.waiting?.reason;
  const message = state?.waiting?.message;
  const said = message === undefined ? "" : `: ${message}`;
  // Asked for while it still runs too, or else its first crash would be taken for one of before.
  const crashesBefore = sightings.first(`${key} crashes`, restartCount);
  if (reason !== undefined && FINAL_REASONS.has(reason)) {
    return { reason: `container "${name}" ${reason}${said}`, isFinal: true };
  }
  if (reason !== undefined && CONTAINER_REASONS.has(reason)) {
    const isFinal = sightings.since(`${key} ${reason}`) > CONTAINER_GRACE_MS;
    return { reason: `container "${name}" ${reason}${said}`, isFinal };
  }
  if (reason !== undefined && IMAGE_REASONS.has(reason)) {
    const isFinal = sightings.since(`${key} image`) > IMAGE_GRACE_MS;
    return { reason: `container "${name}" ${reason}${said}`, isFinal };
  }
  if (reason === "CrashLoopBackOff") {
    return {
      reason: `container "${name}" ${endings(restartCount, lastState?.terminated?.exitCode)}`,
      // What it crashed of before this wait may be mended: its next try shows.
      isFinal: restartCount >= CRASHES && restartCount > crashesBefore,
    };
  }
  if (state?.running !== undefined && !ready) {
    return { reason: `container "${name}" runs, but its readiness probe does not succeed`, isFinal: false };
  }
  return undefined;
}

/** One that ends with success has done its work: no mending makes it go on. */
function endings(count: number, exit: number | undefined): string {
  if (exit === 0) {
    return `ended with success ${count} times, and is started again each time: ` +
      'what ends by itself has to be decided as "kind: Job"';
  }
  return `crashed ${count} times${exit === undefined ? "" : `, last exit code ${exit}`}`;
}

/** What a pod on its node waits for before its first container: only events tell. */
function creationTrouble(pod: LiveObject, { sightings, warnings }: Memory): Found | undefined {
  const { uid } = pod.metadata;
  if (sightings.since(`${uid} creating`) <= CREATING_GRACE_MS) return undefined;
  const found = warnings(pod);
  const said = ({ reason, message }: { readonly reason: string; readonly message: string }): string =>
    `its containers are not created: ${reason}: ${message}`;
  const missing = found.findLast(({ reason, message }) => reason === "FailedMount" && MISSING.test(message));
  if (missing !== undefined) {
    const lasts = sightings.since(`${uid} mount ${missing.message}`) > MOUNT_GRACE_MS;
    return { reason: said(missing), isFinal: lasts && missing.isRepeated };
  }
  const newest = found.at(-1);
  return { reason: newest === undefined ? "its containers are being created" : said(newest), isFinal: false };
}
