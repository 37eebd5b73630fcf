/**
 * Which pods are of the revision that was applied last. What happens to those of an earlier one says nothing about
 * it: they stay until the new ones are up, or for ever where a StatefulSet is stuck.
 */
import type { StatefulSet } from "kubernetes-types/apps/v1.d.ts";
import type { Pod } from "kubernetes-types/core/v1.d.ts";
import type { LiveObject } from "./live_object.ts";
import { isDown, troubleOf } from "./pod_trouble.ts";
import type { Companions } from "./companions.ts";

/** The StatefulSet controller's label on its pods, and its name in `status`. */
const REVISION = "controller-revision-hash";
/** The Deployment controller's label on its ReplicaSets and their pods. */
const HASH = "pod-template-hash";
/** pkg/controller/daemon/util/daemonset_util.go: a DaemonSet's pods carry the generation of their template. */
const POD_GENERATION = "pod-template-generation";
const SET_GENERATION = "deprecated.daemonset.template.generation";

/** The pods of the object's current revision; to be asked when its controller has seen the object. */
export function currentPods(object: LiveObject, { all }: Companions): readonly LiveObject[] {
  switch (object.kind) {
    case "Deployment": {
      const current = all("ReplicaSet").find((set) => isOwned(set, object) && hasSameTemplate(set, object));
      return current === undefined ? [] : podsOf(current, all);
    }
    case "StatefulSet":
      return podsOf(object, all).filter((pod) => !isOfFormerRevision(pod, object));
    case "DaemonSet": {
      const generation = object.metadata.annotations?.[SET_GENERATION];
      return podsOf(object, all).filter(({ metadata }) => metadata.labels?.[POD_GENERATION] === generation);
    }
    case "Job":
      return podsOf(object, all);
    default:
      return [];
  }
}

/** A pod that is not ready may be just about to be; after this it is not. */
const STUCK_GRACE_MS = 30_000;

/**
 * Pods that keep a StatefulSet from being rolled out: the controller waits for each pod to be ready before it replaces
 * any (`processReplica` in pkg/controller/statefulset/stateful_set_control.go), also for one whose template was
 * mended meanwhile. Kubernetes leaves it to people to delete them:
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 * `podManagementPolicy: Parallel` would help only where the gate MaxUnavailableStatefulSet is off, and not the sets
 * that are there: it cannot be changed.
 * @returns those that cannot start, and those that are not ready for long
 */
export function stuckPods(object: LiveObject, companions: Companions): readonly LiveObject[] {
  if (object.kind !== "StatefulSet" || !replacesAllPods(object)) return [];
  return podsOf(object, companions.all).filter((pod) =>
    pod.metadata.deletionTimestamp === undefined && isOfFormerRevision(pod, object) && !isReady(pod) &&
    (isDown(pod) || troubleOf(pod, companions)?.isFinal === true ||
      companions.sightings.since(`${pod.metadata.uid} stuck`) > STUCK_GRACE_MS)
  );
}

/** Whether this is the object's controller, by the uid. */
function isOwned({ metadata }: LiveObject, owner: LiveObject): boolean {
  return owner.metadata.uid !== undefined &&
    metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true;
}

function podsOf(owner: LiveObject, all: Companions["all"]): readonly LiveObject[] {
  return all("Pod").filter((pod) => isOwned(pod, owner));
}

/**
 * The controller's own rule for the new ReplicaSet (`EqualIgnoreHash` in pkg/controller/deployment/util). Unlike the
 * revision's number it cannot be behind: the server writes the fields of both in the same order.
 */
function hasSameTemplate(set: LiveObject, deployment: LiveObject): boolean {
  return withoutHash(set["spec"]) === withoutHash(deployment["spec"]);
}

function withoutHash(spec: unknown): string {
  // The edge: `spec` of a Deployment or ReplicaSet.
  const { template } = spec as { readonly template?: object };
  return JSON.stringify(template, (key, value) => key === HASH ? undefined : value);
}

function isOfFormerRevision({ metadata }: LiveObject, set: LiveObject): boolean {
  // The edge: `status` of a StatefulSet.
  const { status } = set as unknown as StatefulSet;
  return status?.updateRevision !== undefined && metadata.labels?.[REVISION] !== status.updateRevision;
}

/** Not where an operator replaces the pods, or keeps some of them as they are. */
function replacesAllPods(set: LiveObject): boolean {
  // The edge: `spec` of a StatefulSet.
  const strategy = (set as unknown as StatefulSet).spec?.updateStrategy;
  return strategy?.type !== "OnDelete" && (strategy?.rollingUpdate?.partition ?? 0) === 0;
}

function isReady(object: LiveObject): boolean {
  // The edge: callers pass pods.
  const { status } = object as unknown as Pod;
  return status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}
