/** The order in which kinds are applied: what others refer to comes first. */
import type { PlannedObject } from "../kube/object.ts";

/** Kinds of one wave are applied together; kinds that are named nowhere come just before workloads. */
const WAVES: readonly (readonly string[])[] = [
  ["Namespace", "CustomResourceDefinition", "PriorityClass", "ValidatingAdmissionPolicy"],
  ["StorageClass", "ResourceQuota", "LimitRange", "ValidatingAdmissionPolicyBinding"],
  ["PersistentVolume", "ServiceAccount", "ClusterRole", "Role"],
  ["PersistentVolumeClaim", "ConfigMap", "Secret", "ClusterRoleBinding", "RoleBinding"],
  ["Service", "NetworkPolicy", "PodDisruptionBudget", "HelmChart", "HelmChartConfig"],
  [],
  ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"],
  ["Middleware", "MiddlewareTCP", "TLSOption", "TLSStore", "ServersTransport", "ServersTransportTCP"],
  ["TraefikService", "IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Ingress"],
];
const OTHERS = WAVES.findIndex((kinds) => kinds.length === 0);

/** Kinds that refer to nothing of the wave before theirs: they are sent along with it, which spares a round trip. */
const ALONG: ReadonlySet<string> = new Set(["Service", "NetworkPolicy", "PodDisruptionBudget"]);

/** Splits objects into waves; each wave may be applied in parallel, and one wave after the other. */
export function wavesOf(objects: readonly PlannedObject[]): readonly (readonly PlannedObject[])[] {
  const waves: PlannedObject[][] = WAVES.map(() => []);
  for (const planned of objects) {
    const { kind } = planned.object;
    waves[ALONG.has(kind) ? waveOf(kind) - 1 : waveOf(kind)]?.push(planned);
  }
  return waves.filter((wave) => wave.length > 0);
}

/** The number of the wave of a kind, from 0. */
export function waveOf(kind: string): number {
  const index = WAVES.findIndex((kinds) => kinds.includes(kind));
  return index < 0 ? OTHERS : index;
}

/** Kinds that hold data or other people's objects: never deleted by this program, whatever the reason. */
export const DATA_KINDS: ReadonlySet<string> = new Set([
  "Namespace",
  "CustomResourceDefinition",
  "PersistentVolume",
  "PersistentVolumeClaim",
]);
