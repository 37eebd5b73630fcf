/** What is looked at besides an object itself to judge whether it is ready. */
import type { ObjectRef } from "../migration/step.ts";
import type { LiveObject } from "./live_object.ts";
import type { Sightings } from "./sightings.ts";

/** Kinds whose objects tell more about another one. */
export type CompanionKind = "Pod" | "ReplicaSet" | "Job" | "Deployment" | "HelmChart";

/** A Warning event about a pod. */
export interface Warning {
  readonly reason: string;
  readonly message: string;
  /** Whether it was noted once more since this wait saw it first: it is no leftover of what was mended meanwhile. */
  readonly isRepeated: boolean;
}

export interface Companions {
  /** All of a kind in the object's namespace. */
  readonly all: (kind: CompanionKind) => readonly LiveObject[];
  readonly sightings: Sightings;
  /** The newest last; none as long as they are not known. */
  readonly warnings: (pod: LiveObject) => readonly Warning[];
}

const POD = { apiVersion: "v1", kind: "Pod" } as const;
const JOB = { apiVersion: "batch/v1", kind: "Job" } as const;
const REPLICA_SET = { apiVersion: "apps/v1", kind: "ReplicaSet" } as const;

const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment" } as const;
const HELM_CHART = { apiVersion: "helm.cattle.io/v1", kind: "HelmChart" } as const;

/** A kind that is looked at for another one. */
export type Companion = Pick<ObjectRef, "apiVersion"> & { readonly kind: CompanionKind };

const COMPANIONS: Readonly<Record<string, readonly Companion[]>> = {
  Deployment: [POD, REPLICA_SET],
  StatefulSet: [POD],
  DaemonSet: [POD],
  Job: [POD],
  HelmChart: [POD, JOB],
  HelmChartConfig: [HELM_CHART, JOB, DEPLOYMENT, REPLICA_SET, POD],
};

/** The kinds that `Companions.all` is asked for while an object of this kind is waited for. */
export function companionsOf(kind: string): readonly Companion[] {
  return COMPANIONS[kind] ?? [];
}
