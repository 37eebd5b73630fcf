import assert from "node:assert/strict";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { readinessOf } from "../../lib/cluster/readiness.ts";
import type { Readiness } from "../../lib/cluster/readiness_state.ts";

interface Case {
  readonly name: string;
  readonly kind: string;
  readonly spec?: object;
  readonly status?: object;
  readonly generation?: number;
  readonly annotations?: Record<string, string>;
  readonly deleted?: boolean;
  readonly pods?: readonly object[];
  readonly elapsedMs?: number;
  readonly crashesBefore?: number;
  readonly wanted: Readiness["state"];
  readonly reason?: RegExp;
}

const done = {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
};

function condition(type: string, status = "True", extra: object = {}): object {
  return { conditions: [{ type, status, ...extra }] };
}

function waitingContainer(reason: string, restartCount = 0, message?: string): object {
  return {
    containerStatuses: [{
      name: "main",
      restartCount,
      ready: false,
      state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
      lastState: { terminated: { exitCode: 137 } },
    }],
  };
}

const unschedulable = condition("PodScheduled", "False", {
  reason: "Unschedulable",
  message: "0/1 nodes fit",
});

const CASES: readonly Case[] = [
  { name: "available", kind: "Deployment", generation: 1, status: done, wanted: "ready" },
  {
    name: "no replicas wanted",
    kind: "Deployment",
    spec: { replicas: 0 },
    generation: 1,
    status: { observedGeneration: 1 },
    wanted: "ready",
  },
  {
    name: "not seen yet",
    kind: "Deployment",
    generation: 2,
    status: done,
    wanted: "waiting",
    reason: /has not seen/,
  },
  { name: "no status", kind: "Deployment", generation: 1, wanted: "waiting" },
  {
    name: "old pods left",
    kind: "Deployment",
    generation: 1,
    status: { ...done, replicas: 2 },
    wanted: "waiting",
    reason: /old pods/,
  },
  {
    name: "not available",
    kind: "Deployment",
    generation: 1,
    status: { ...done, availableReplicas: 0 },
    wanted: "waiting",
    reason: /0 of 1 pods available/,
  },
  {
    name: "deadline",
    kind: "Deployment",
    generation: 1,
    status: {
      ...done,
      availableReplicas: 0,
      ...condition("Progressing", "False", { reason: "ProgressDeadlineExceeded", message: "took too long" }),
    },
    elapsedMs: 6_000,
    wanted: "failed",
    reason: /took too long/,
  },
  {
    name: "quota, perhaps of before",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1, ...condition("ReplicaFailure", "True", { message: "exceeded quota" }) },
    wanted: "waiting",
    reason: /exceeded quota/,
  },
  {
    name: "quota",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1, ...condition("ReplicaFailure", "True", { message: "exceeded quota" }) },
    elapsedMs: 6_000,
    wanted: "failed",
    reason: /exceeded quota/,
  },
  {
    name: "being deleted",
    kind: "Deployment",
    generation: 1,
    status: done,
    deleted: true,
    wanted: "waiting",
    reason: /deleted/,
  },
  {
    name: "missing key, at first",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("CreateContainerConfigError", 0, 'secret "x" not found')],
    wanted: "waiting",
    reason: /CreateContainerConfigError: secret "x" not found/,
  },
  {
    name: "missing key",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("CreateContainerConfigError", 0, 'secret "x" not found')],
    elapsedMs: 13_000,
    wanted: "failed",
    reason: /CreateContainerConfigError: secret "x" not found/,
  },
  {
    name: "image, at first",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("ErrImagePull")],
    elapsedMs: 1_000,
    wanted: "waiting",
    reason: /ErrImagePull/,
  },
  {
    name: "image, still",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("ImagePullBackOff")],
    elapsedMs: 9_000,
    wanted: "failed",
    reason: /ImagePullBackOff/,
  },
  {
    name: "crashed once",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("CrashLoopBackOff", 1)],
    wanted: "waiting",
    reason: /crashed 1 times, last exit code 137/,
  },
  {
    name: "crashes on",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("CrashLoopBackOff", 3)],
    wanted: "failed",
    reason: /crashed 3 times/,
  },
  {
    name: "crashed before this wait",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("CrashLoopBackOff", 7)],
    crashesBefore: 7,
    wanted: "waiting",
    reason: /crashed 7 times/,
  },
  {
    name: "one pod may recover, another cannot",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("CrashLoopBackOff", 1), waitingContainer("InvalidImageName")],
    wanted: "failed",
    reason: /InvalidImageName/,
  },
  {
    name: "the pods are of a version that the controller has not seen yet",
    kind: "Deployment",
    generation: 2,
    status: { observedGeneration: 1 },
    pods: [waitingContainer("InvalidImageName")],
    wanted: "waiting",
    reason: /has not seen/,
  },
  {
    name: "unschedulable, at first",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [unschedulable],
    elapsedMs: 2_000,
    wanted: "waiting",
    reason: /no node can take it: 0\/1 nodes fit/,
  },
  {
    name: "unschedulable, still",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [unschedulable],
    elapsedMs: 16_000,
    wanted: "failed",
  },
  {
    name: "probe",
    kind: "Deployment",
    generation: 1,
    status: { observedGeneration: 1 },
    pods: [{ containerStatuses: [{ name: "main", ready: false, restartCount: 0, state: { running: {} } }] }],
    wanted: "waiting",
    reason: /readiness probe/,
  },
  {
    name: "ready",
    kind: "StatefulSet",
    generation: 1,
    status: { ...done, currentRevision: "a", updateRevision: "a" },
    wanted: "ready",
  },
  {
    name: "not ready",
    kind: "StatefulSet",
    generation: 1,
    status: { ...done, readyReplicas: 0 },
    wanted: "waiting",
    reason: /0 of 1 pods ready/,
  },
  {
    name: "rolling",
    kind: "StatefulSet",
    generation: 1,
    status: { ...done, currentRevision: "a", updateRevision: "b" },
    wanted: "waiting",
  },
  {
    name: "OnDelete",
    kind: "StatefulSet",
    spec: { updateStrategy: { type: "OnDelete" } },
    generation: 1,
    status: { ...done, currentRevision: "a", updateRevision: "b" },
    wanted: "ready",
  },
  {
    name: "everywhere",
    kind: "DaemonSet",
    generation: 1,
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
    },
    wanted: "ready",
  },
  {
    name: "on one of two",
    kind: "DaemonSet",
    generation: 1,
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 1,
    },
    wanted: "waiting",
    reason: /1 of 2/,
  },
  { name: "merely started", kind: "Job", status: { active: 1 }, wanted: "waiting", reason: /running/ },
  { name: "complete", kind: "Job", status: condition("Complete"), wanted: "ready" },
  { name: "about to be complete", kind: "Job", status: condition("SuccessCriteriaMet"), wanted: "waiting" },
  {
    name: "failed",
    kind: "Job",
    status: condition("Failed", "True", { message: "BackoffLimitExceeded" }),
    wanted: "failed",
    reason: /BackoffLimitExceeded/,
  },
  {
    name: "failing",
    kind: "Job",
    status: { active: 1, failed: 2 },
    wanted: "waiting",
    reason: /2 failed attempts/,
  },
  { name: "suspended", kind: "Job", spec: { suspend: true }, wanted: "waiting", reason: /suspended/ },
  {
    name: "running and ready",
    kind: "Pod",
    status: { phase: "Running", ...condition("Ready") },
    wanted: "ready",
  },
  {
    name: "failed",
    kind: "Pod",
    status: { phase: "Failed", reason: "Evicted" },
    wanted: "failed",
    reason: /Evicted/,
  },
  { name: "succeeded", kind: "Pod", status: { phase: "Succeeded" }, wanted: "ready" },
  { name: "pending", kind: "Pod", status: { phase: "Pending" }, wanted: "waiting" },
  { name: "bound", kind: "PersistentVolumeClaim", status: { phase: "Bound" }, wanted: "ready" },
  {
    name: "waits for its first consumer",
    kind: "PersistentVolumeClaim",
    status: { phase: "Pending" },
    wanted: "ready",
  },
  {
    name: "has a consumer and no volume",
    kind: "PersistentVolumeClaim",
    annotations: { "volume.kubernetes.io/selected-node": "main-01" },
    status: { phase: "Pending" },
    wanted: "waiting",
  },
  { name: "lost", kind: "PersistentVolumeClaim", status: { phase: "Lost" }, wanted: "failed" },
  { name: "active", kind: "Namespace", status: { phase: "Active" }, wanted: "ready" },
  { name: "terminating", kind: "Namespace", status: { phase: "Terminating" }, wanted: "waiting" },
  {
    name: "established",
    kind: "CustomResourceDefinition",
    status: condition("Established"),
    wanted: "ready",
  },
  { name: "new", kind: "CustomResourceDefinition", wanted: "waiting" },
  {
    name: "name taken",
    kind: "CustomResourceDefinition",
    status: condition("NamesAccepted", "False", { message: "taken" }),
    wanted: "failed",
    reason: /taken/,
  },
  { name: "no rule, no conditions", kind: "Middleware", wanted: "ready" },
  {
    name: "not ready",
    kind: "Certificate",
    status: condition("Ready", "False", { message: "order pending" }),
    wanted: "waiting",
    reason: /order pending/,
  },
  {
    name: "generation as text",
    kind: "Certificate",
    generation: 3,
    status: { observedGeneration: "3", ...condition("Ready") },
    wanted: "ready",
  },
];

for (const one of CASES) {
  Deno.test(`readinessOf() ${one.kind}: ${one.name}`, () => {
    const object: LiveObject = {
      apiVersion: "x/v1",
      kind: one.kind,
      metadata: {
        name: "it",
        uid: "it",
        ...(one.generation === undefined ? {} : { generation: one.generation }),
        ...(one.annotations === undefined ? {} : { annotations: one.annotations }),
        ...(one.deleted ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
      },
      spec: one.spec ?? {},
      ...(one.status === undefined ? {} : { status: one.status }),
    };
    const owned = (kind: string, name: string, by: string): LiveObject => ({
      apiVersion: "x/v1",
      kind,
      metadata: { name, uid: name, ownerReferences: [{ uid: by }] },
      spec: {},
    });
    const pods = (one.pods ?? []).map((status, index) => ({
      ...owned("Pod", `pod-${index}`, "set"),
      status,
    }));
    const companions = {
      Pod: pods,
      ReplicaSet: [owned("ReplicaSet", "set", "it")],
      Job: [],
      Deployment: [],
      HelmChart: [],
    };
    const found = readinessOf(object, {
      all: (kind) => companions[kind],
      sightings: { since: () => one.elapsedMs ?? 0, first: () => one.crashesBefore ?? 0 },
      warnings: () => [],
    });
    assert.equal(found.state, one.wanted);
    if (one.reason !== undefined) assert.match("reason" in found ? found.reason : "", one.reason);
  });
}

Deno.test("readinessOf() a Deployment names the old pod that a rollout waits for, and until when", () => {
  const labels = { app: "lobby" };
  const lobby: LiveObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "lobby", uid: "it", generation: 2 },
    spec: { replicas: 1, selector: { matchLabels: labels } },
    status: { observedGeneration: 2, updatedReplicas: 0 },
  };
  const pod = (name: string, more: object): LiveObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels, ...more },
  });
  const look = (pods: readonly LiveObject[]): string => {
    const found = readinessOf(lobby, {
      all: (kind) => kind === "Pod" ? pods : [],
      sightings: { since: () => 0, first: () => 0 },
      warnings: () => [],
    });
    return "reason" in found ? found.reason : found.state;
  };
  const leaving = { deletionTimestamp: "2026-01-01T13:00:00Z" };
  assert.equal(
    look([pod("new", {}), pod("old", leaving)]),
    '0 of 1 pods updated; pod "old" is ending, until 2026-01-01T13:00:00Z at the latest',
  );
  assert.equal(look([pod("other", { ...leaving, labels: { app: "x" } })]), "0 of 1 pods updated");
});

Deno.test("pods that the server refuses end the wait, once the refusal came again and none is there", () => {
  const set: LiveObject = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "shop", uid: "set", generation: 1 },
    spec: { replicas: 1 },
    status: { observedGeneration: 1, replicas: 0 },
  };
  const pod = (owner: string): LiveObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "db-0", namespace: "shop", uid: "pod", ownerReferences: [{ uid: owner }] },
  });
  const look = (elapsedMs: number, isRepeated: boolean, pods: readonly LiveObject[] = []): Readiness =>
    readinessOf(set, {
      all: () => pods,
      sightings: { since: () => elapsedMs, first: () => 0 },
      warnings: () => [{ reason: "FailedCreate", message: "labels: must be no more than 63", isRepeated }],
    });
  assert.equal(look(1_000, true).state, "waiting", "it may be of before");
  assert.equal(look(6_000, false).state, "waiting", "once is no reason");
  assert.deepEqual(look(6_000, true), { state: "failed", reason: "labels: must be no more than 63" });
  assert.deepEqual(look(6_000, true, [pod("other")]), look(6_000, true), "another's pod");
  assert.equal(look(6_000, true, [pod("set")]).state, "waiting", "there is one");
});
