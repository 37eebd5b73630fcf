/** Pods on the directories of a workload that is about to start, other than its own. No I/O. */
import type { LiveObject } from "../../cluster/live_object.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import { list, record } from "../../values/json.ts";
import { describeObject, type KubeObject, type PlannedObject } from "../../kube/object.ts";
import { overlaps, type Place } from "../../node/place.ts";
import { SHARED_ON_PURPOSE, type Starting, type Telling, WHY } from "./in_use.ts";

/** A pod and where it writes. */
export interface SeenPod {
  readonly pod: LiveObject;
  readonly places: readonly Place[];
}

/** A pod that stands in the way, and whether it is going already. */
export interface PodInUse {
  readonly diagnostic: Diagnostic;
  readonly isEnding: boolean;
}

/** Whether the files of a pod's project and of the workload's give both of them the place. */
export type SharedWithPod = (pod: LiveObject, planned: PlannedObject, place: Place) => boolean;

/** Who shares a place with a workload on purpose. */
export interface Sharing {
  /** Workloads of the same plan. */
  readonly inPlan: (planned: KubeObject, place: Place) => readonly KubeObject[];
  /** Pods of other projects. */
  readonly isSharedPod: SharedWithPod;
}

/** Whether the pod's containers may write: it is not over yet. */
export function mayWrite({ status }: LiveObject): boolean {
  const phase = record(status)?.["phase"];
  return phase !== "Succeeded" && phase !== "Failed";
}

/**
 * One finding for each pod that writes where a workload writes too. Pods of the workload itself are its controller's
 * to replace, and those of workloads that share the directory by plan share it.
 *
 * @param gone workloads that are not there, or are made again: what has their name is left over from before
 */
export function podsInUse(
  pods: readonly SeenPod[],
  starting: readonly Starting[],
  { inPlan, isSharedPod }: Sharing,
  gone: ReadonlySet<KubeObject>,
  { severity, doing }: Telling,
): readonly PodInUse[] {
  return pods.flatMap(({ pod, places }) => {
    const met = starting.flatMap(({ planned, places: wanted }) => {
      const { object } = planned;
      if (isOwn(pod, object, gone.has(object))) return [];
      const place = wanted.find((place) =>
        places.some((one) => overlaps(one, place)) &&
        !inPlan(object, place).some((other) => belongsTo(pod, other)) && !isSharedPod(pod, planned, place)
      );
      return place === undefined ? [] : [{ planned, place }];
    });
    const [first] = met;
    if (first === undefined) return [];
    // Pods of a workload that was deleted a moment ago are ended in a moment.
    const isLeft = belongsTo(pod, first.planned.object);
    const isEnding = isLeft || pod.metadata.deletionTimestamp !== undefined;
    const { name, namespace = "" } = pod.metadata;
    const { source } = first.planned;
    const what = describeObject(first.planned.object);
    return [{
      isEnding,
      diagnostic: {
        code: "run-pod-in-use",
        severity,
        message: `${describeObject(pod)} ${
          isEnding ? "is still ending" : "is there"
        } and writes to "${first.place.path}", where ${what} ${doing}: ${WHY}`,
        ...(source === undefined ? {} : { span: source }),
        hint: isEnding
          ? `Wait until it is gone: kubectl wait --for=delete ${shellWord(`pod/${name}`)} -n ${
            shellWord(namespace)
          }`
          : `End what it belongs to first; look with: kubectl get pod ${shellWord(name)} -n ${
            shellWord(namespace)
          } -o yaml${elsewhere(pod, first.planned.object)}`,
      },
    }];
  });
}

/** What a pod of another stack needs where both are meant to write there. */
function elsewhere({ metadata: { namespace, labels } }: LiveObject, { metadata }: KubeObject): string {
  const project = labels?.["app.kubernetes.io/part-of"];
  if (project === undefined || namespace === metadata.namespace) return "";
  return SHARED_ON_PURPOSE;
}

/** The pods of a StatefulSet that is made again are found again by their names; all others start beside the old ones. */
function isOwn(pod: LiveObject, object: KubeObject, isGone: boolean): boolean {
  return belongsTo(pod, object) && (!isGone || object.kind === "StatefulSet");
}

/** Whether a controller that this workload is, or made, made the pod. */
export function belongsTo(pod: LiveObject, { kind, metadata, ...rest }: KubeObject): boolean {
  const labels = pod.metadata.labels ?? {};
  if (kind === "HelmChart") {
    const namespace = record(rest["spec"])?.["targetNamespace"] ?? metadata.namespace;
    return pod.metadata.namespace === namespace && labels["app.kubernetes.io/instance"] === metadata.name;
  }
  if (pod.metadata.namespace !== metadata.namespace) return false;
  const owner = list(pod.metadata.ownerReferences).find(({ controller }) => controller === true);
  if (owner === undefined) return kind === "Pod" && pod.metadata.name === metadata.name;
  const name = String(owner["name"]);
  if (kind === "Deployment") {
    return owner["kind"] === "ReplicaSet" && name === `${metadata.name}-${labels["pod-template-hash"]}`;
  }
  if (kind === "CronJob") return owner["kind"] === "Job" && name.replace(/-\d+$/, "") === metadata.name;
  return owner["kind"] === kind && name === metadata.name;
}
