/**
 * When an object counts as ready, by its kind. Pure: decides from objects that somebody else fetched.
 * Where kstatus (sigs.k8s.io/cli-utils) says "Current" too early, as for a Job that merely started or a pod that
 * failed, or never, as for a claim that waits for its first consumer, these rules differ on purpose.
 */
import type { DaemonSet, Deployment, StatefulSet } from "kubernetes-types/apps/v1.d.ts";
import type { Job } from "kubernetes-types/batch/v1.d.ts";
import type { Namespace, PersistentVolumeClaim, Pod } from "kubernetes-types/core/v1.d.ts";
import { currentPods } from "./current_pods.ts";
import { helmChart, helmChartConfig } from "./helm_chart.ts";
import type { LiveObject } from "./live_object.ts";
import type { Readiness } from "./readiness_state.ts";
import { troubleOf } from "./pod_trouble.ts";
import type { Companions } from "./companions.ts";

const READY: Readiness = { state: "ready" };

/** What a controller says of a failure may be left over from before it saw that something changed. */
const CONDITION_GRACE_MS = 5_000;

/** Judges one object. An object without a rule for its kind is ready when it is there. */
export function readinessOf(object: LiveObject, companions: Companions): Readiness {
  if (object.metadata.deletionTimestamp !== undefined) return waiting("it is being deleted");
  // The edge: the kind says which type of the API this is.
  const value: unknown = object;
  const orTrouble = (
    readiness: Readiness,
    pods = (): readonly LiveObject[] => currentPods(object, companions),
  ): Readiness => readiness.state === "ready" ? readiness : withTrouble(readiness, pods(), companions);
  switch (object.kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
      return isBehind(object)
        ? waiting("the controller has not seen it")
        : orTrouble(workload(object, companions));
    case "Job":
      return orTrouble(orRefused(job(value as Job), object, companions));
    case "Pod":
      return orTrouble(pod(value as Pod), () => [object]);
    case "HelmChart":
      // Who sets the usual condition, as the embedded cluster does, makes no Job.
      return hasCondition(object, "Ready")
        ? byConditions(object)
        : helmChart(object, companions, (job) => readinessOf(job, companions));
    case "HelmChartConfig":
      return helmChartConfig(object, companions, (one) => readinessOf(one, companions));
    case "PersistentVolumeClaim":
      return claim(value as PersistentVolumeClaim);
    case "Namespace":
      return (value as Namespace).status?.phase === "Terminating" ? waiting("it is being deleted") : READY;
    default:
      return byConditions(object);
  }
}

/** Until the controller has seen the object, its status and its pods are those of the version before. */
function isBehind({ metadata, ...rest }: LiveObject): boolean {
  // The edge: `status` of a workload.
  const status = rest["status"] as { readonly observedGeneration?: number } | undefined;
  return (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
}

function workload(object: LiveObject, companions: Companions): Readiness {
  // The edge: the kind says which type of the API this is.
  const value: unknown = object;
  if (object.kind === "StatefulSet") return orRefused(statefulSet(value as StatefulSet), object, companions);
  if (object.kind === "DaemonSet") return orRefused(daemonSet(value as DaemonSet), object, companions);
  const verdict = withEnding(deployment(value as Deployment), object, companions);
  if (verdict.state !== "failed") return verdict;
  const isNew = companions.sightings.since(`${object.metadata.uid} ${verdict.reason}`) <= CONDITION_GRACE_MS;
  return isNew ? waiting(verdict.reason) : verdict;
}

/**
 * Pods that the API server refuses are in no status but a Deployment's: the events of the others tell. They are asked for
 * only where there is still no pod after a while.
 */
function orRefused(
  readiness: Readiness,
  object: LiveObject,
  { all, sightings, warnings }: Companions,
): Readiness {
  const { uid } = object.metadata;
  if (readiness.state !== "waiting") return readiness;
  const isThere = all("Pod").some(({ metadata }) =>
    metadata.ownerReferences?.some((owner) => owner.uid === uid)
  );
  if (isThere || sightings.since(`${uid} no pods`) <= CONDITION_GRACE_MS) return readiness;
  const refusal = warnings(object).findLast(({ reason }) => reason === "FailedCreate");
  if (refusal === undefined) return readiness;
  return refusal.isRepeated ? { state: "failed", reason: refusal.message } : waiting(refusal.message);
}

/** A rollout that waits for an old pod to end says for which one, and how long that may take. */
function withEnding(readiness: Readiness, object: LiveObject, { all }: Companions): Readiness {
  if (readiness.state !== "waiting") return readiness;
  // The edge: `spec` of a Deployment.
  const labels = Object.entries((object as unknown as Deployment).spec?.selector?.matchLabels ?? {});
  const ending = all("Pod").find(({ metadata }) =>
    metadata.deletionTimestamp !== undefined && labels.length > 0 &&
    labels.every(([name, value]) => metadata.labels?.[name] === value)
  );
  return ending === undefined ? readiness : waiting(
    `${readiness.reason}; pod "${ending.metadata.name}" is ending, until ${ending.metadata.deletionTimestamp} at the latest`,
  );
}

function deployment({ spec, status }: Deployment): Readiness {
  const progressing = status?.conditions?.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return { state: "failed", reason: progressing.message ?? "its progress deadline has passed" };
  }
  const failure = status?.conditions?.find(({ type, status }) =>
    type === "ReplicaFailure" && status === "True"
  );
  if (failure !== undefined) return { state: "failed", reason: failure.message ?? "pods cannot be created" };
  const wanted = spec?.replicas ?? 1;
  if ((status?.updatedReplicas ?? 0) < wanted) return count(status?.updatedReplicas, wanted, "updated");
  if ((status?.replicas ?? 0) > (status?.updatedReplicas ?? 0)) return waiting("old pods are still running");
  return (status?.availableReplicas ?? 0) < wanted
    ? count(status?.availableReplicas, wanted, "available")
    : READY;
}

function statefulSet({ spec, status }: StatefulSet): Readiness {
  const wanted = spec?.replicas ?? 1;
  if ((status?.readyReplicas ?? 0) < wanted) return count(status?.readyReplicas, wanted, "ready");
  if (spec?.updateStrategy?.type === "OnDelete") return READY;
  const isPartial = (spec?.updateStrategy?.rollingUpdate?.partition ?? 0) > 0;
  if (isPartial || status?.updateRevision === undefined) return READY;
  return status.currentRevision === status.updateRevision
    ? READY
    : count(status.updatedReplicas, wanted, "updated");
}

function daemonSet({ status }: DaemonSet): Readiness {
  const wanted = status?.desiredNumberScheduled ?? 0;
  if ((status?.updatedNumberScheduled ?? 0) < wanted) {
    return count(status?.updatedNumberScheduled, wanted, "updated");
  }
  return (status?.numberAvailable ?? 0) < wanted
    ? count(status?.numberAvailable, wanted, "available")
    : READY;
}

function job({ spec, status }: Job): Readiness {
  const condition = (wanted: string): string | undefined => {
    const found = status?.conditions?.find(({ type, status }) => type === wanted && status === "True");
    return found === undefined ? undefined : found.message ?? found.reason ?? wanted;
  };
  if (condition("Complete") !== undefined) return READY;
  const failed = condition("Failed");
  if (failed !== undefined) return { state: "failed", reason: failed };
  if (spec?.suspend === true) return waiting("the job is suspended");
  const attempts = (status?.failed ?? 0) > 0 ? `, ${status?.failed} failed attempts` : "";
  return waiting((status?.active ?? 0) > 0 ? `running${attempts}` : `not started${attempts}`);
}

function pod({ status }: Pod): Readiness {
  if (status?.phase === "Succeeded") return READY;
  if (status?.phase === "Failed") {
    return { state: "failed", reason: status.message ?? status.reason ?? "the pod failed" };
  }
  const isReady = status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return isReady ? READY : waiting((status?.phase ?? "Pending").toLowerCase());
}

/** A claim that waits for its first consumer is as ready as it can be before there is a pod. */
function claim({ status, metadata }: PersistentVolumeClaim): Readiness {
  if (status?.phase === "Bound") return READY;
  if (status?.phase === "Lost") return { state: "failed", reason: `its volume is gone` };
  const isChosen = metadata?.annotations?.["volume.kubernetes.io/selected-node"] !== undefined;
  return isChosen ? waiting("no volume is bound yet") : READY;
}

/** Custom resources and the rest: the common conditions where there are any. */
function byConditions(object: LiveObject): Readiness {
  const status = object["status"] as {
    readonly observedGeneration?: number | string;
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
  } | undefined;
  const generation = object.metadata.generation ?? 0;
  if (status?.observedGeneration !== undefined && Number(status.observedGeneration) < generation) {
    return waiting("its controller has not seen it");
  }
  const named = (type: string): { status: string; message?: string; reason?: string } | undefined =>
    status?.conditions?.find((condition) => condition.type === type);
  if (object.kind === "CustomResourceDefinition") {
    const names = named("NamesAccepted");
    if (names?.status === "False") return { state: "failed", reason: names.message ?? "its names are taken" };
    return named("Established")?.status === "True" ? READY : waiting("not established yet");
  }
  const ready = named("Ready") ?? named("Available");
  if (ready === undefined || ready.status === "True") return READY;
  return waiting(ready.message ?? ready.reason ?? "not ready yet");
}

function hasCondition(object: LiveObject, wanted: string): boolean {
  // The edge: `status` of a custom resource.
  const status = object["status"] as
    | { readonly conditions?: readonly { readonly type: string }[] }
    | undefined;
  return status?.conditions?.some(({ type }) => type === wanted) === true;
}

/** A trouble that stays outweighs one that may pass, in whichever pod it is. */
function withTrouble(
  readiness: Exclude<Readiness, { readonly state: "ready" }>,
  pods: readonly LiveObject[],
  companions: Companions,
): Readiness {
  const troubles = pods.flatMap((object) => troubleOf(object, companions) ?? []);
  const trouble = troubles.find(({ isFinal }) => isFinal) ?? troubles[0];
  if (trouble === undefined) return readiness;
  const where = {
    pod: trouble.pod,
    ...(trouble.container === undefined ? {} : { container: trouble.container }),
  };
  if (readiness.state === "failed") {
    return { ...readiness, reason: `${readiness.reason}: ${trouble.reason}`, ...where };
  }
  return trouble.isFinal
    ? { state: "failed", reason: trouble.reason, ...where }
    : waiting(`${readiness.reason}: ${trouble.reason}`);
}

function waiting(reason: string): { readonly state: "waiting"; readonly reason: string } {
  return { state: "waiting", reason };
}

function count(have: number | undefined, wanted: number, word: string): Readiness {
  return waiting(`${have ?? 0} of ${wanted} pods ${word}`);
}
