/** Why a pod does not come up, seen in its status within seconds instead of after a controller's deadline. */
import type { ContainerStatus, Pod } from "kubernetes-types/core/v1.d.ts";
import type { LiveObject } from "./live_object.ts";

/** What is wrong with a pod. */
export interface Trouble {
  readonly pod: string;
  readonly container?: string;
  readonly reason: string;
  /** Waiting longer will not help. */
  readonly isFinal: boolean;
}

/** Waiting reasons of the kubelet that do not go away by themselves. */
const FINAL_REASONS: ReadonlySet<string> = new Set([
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);
/** An image may come within the first tries: a registry is away for a moment, a pull secret is just made. */
const IMAGE_REASONS: ReadonlySet<string> = new Set(["ImagePullBackOff", "ErrImagePull"]);
const IMAGE_GRACE_MS = 8_000;
/** The scheduler needs a moment, and volumes that bind on first use need another. */
const SCHEDULING_GRACE_MS = 15_000;
/** One crash may be a database that was not up yet; several are not. */
const CRASHES = 3;

/** The pod's trouble, or undefined where it has none (yet). */
export function troubleOf(object: LiveObject, elapsedMs: number): Trouble | undefined {
  // The edge: callers pass pods.
  const { status, spec } = object as unknown as Pod;
  if (object.metadata.deletionTimestamp !== undefined) return undefined;
  const pod = object.metadata.name;
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const container of containers) {
    const trouble = containerTrouble(container, elapsedMs);
    if (trouble !== undefined) return { pod, container: container.name, ...trouble };
  }
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False" && scheduled.reason === "Unschedulable") {
    const reason = `no node can take it: ${scheduled.message ?? "unschedulable"}`;
    return { pod, reason, isFinal: elapsedMs > SCHEDULING_GRACE_MS };
  }
  if (status?.phase === "Failed" && spec?.restartPolicy === "Always") {
    return { pod, reason: status.message ?? status.reason ?? "the pod failed", isFinal: true };
  }
  return undefined;
}

function containerTrouble(
  { name, state, restartCount, lastState, ready }: ContainerStatus,
  elapsedMs: number,
): Pick<Trouble, "reason" | "isFinal"> | undefined {
  const reason = state?.waiting?.reason;
  const message = state?.waiting?.message;
  const said = message === undefined ? "" : `: ${message}`;
  if (reason !== undefined && FINAL_REASONS.has(reason)) {
    return { reason: `container "${name}" ${reason}${said}`, isFinal: true };
  }
  if (reason !== undefined && IMAGE_REASONS.has(reason)) {
    return { reason: `container "${name}" ${reason}${said}`, isFinal: elapsedMs > IMAGE_GRACE_MS };
  }
  if (reason === "CrashLoopBackOff") {
    const exit = lastState?.terminated?.exitCode;
    const last = exit === undefined ? "" : `, last exit code ${exit}`;
    return {
      reason: `container "${name}" crashed ${restartCount} times${last}`,
      isFinal: restartCount >= CRASHES,
    };
  }
  if (state?.running !== undefined && !ready) {
    return { reason: `container "${name}" runs, but its readiness probe does not succeed`, isFinal: false };
  }
  return undefined;
}
