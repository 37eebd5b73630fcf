/** Where a kind lives on the server: its plural and whether it is in namespaces, by table or by discovery. */
import type { ObjectRef } from "../migration/step.ts";

/** A kind as the API serves it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The kinds of Kubernetes itself; they are the same on every server, so nobody needs to be asked. */
const BUILT_IN: readonly Resource[] = [
  ...group("v1", true, {
    ConfigMap: "configmaps",
    Secret: "secrets",
    Service: "services",
    ServiceAccount: "serviceaccounts",
    PersistentVolumeClaim: "persistentvolumeclaims",
    Pod: "pods",
    Event: "events",
    ResourceQuota: "resourcequotas",
    LimitRange: "limitranges",
  }),
  ...group("v1", false, { Namespace: "namespaces", PersistentVolume: "persistentvolumes", Node: "nodes" }),
  ...group("apps/v1", true, {
    Deployment: "deployments",
    StatefulSet: "statefulsets",
    DaemonSet: "daemonsets",
    ReplicaSet: "replicasets",
  }),
  ...group("batch/v1", true, { Job: "jobs", CronJob: "cronjobs" }),
  ...group("coordination.k8s.io/v1", true, { Lease: "leases" }),
  ...group("discovery.k8s.io/v1", true, { EndpointSlice: "endpointslices" }),
  ...group("networking.k8s.io/v1", true, { Ingress: "ingresses", NetworkPolicy: "networkpolicies" }),
  ...group("policy/v1", true, { PodDisruptionBudget: "poddisruptionbudgets" }),
  ...group("rbac.authorization.k8s.io/v1", true, { Role: "roles", RoleBinding: "rolebindings" }),
  ...group("rbac.authorization.k8s.io/v1", false, {
    ClusterRole: "clusterroles",
    ClusterRoleBinding: "clusterrolebindings",
  }),
  ...group("storage.k8s.io/v1", false, { StorageClass: "storageclasses" }),
  ...group("scheduling.k8s.io/v1", false, { PriorityClass: "priorityclasses" }),
  ...group("admissionregistration.k8s.io/v1", false, {
    ValidatingAdmissionPolicy: "validatingadmissionpolicies",
    ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings",
  }),
  ...group("apiextensions.k8s.io/v1", false, { CustomResourceDefinition: "customresourcedefinitions" }),
];

function group(apiVersion: string, namespaced: boolean, kinds: Readonly<Record<string, string>>): Resource[] {
  return Object.entries(kinds).map(([kind, plural]) => ({ apiVersion, kind, plural, namespaced }));
}

/** The kind's place where it is one of Kubernetes' own. */
export function builtInResource(apiVersion: string, kind: string): Resource | undefined {
  return BUILT_IN.find((resource) => resource.apiVersion === apiVersion && resource.kind === kind);
}

/** `/api/v1` or `/apis/apps/v1`. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The path of a kind's list: in one namespace, or everywhere where none is given. */
export function listPath(resource: Resource, namespace?: string): string {
  const inside = resource.namespaced && namespace !== undefined
    ? `/namespaces/${encodeURIComponent(namespace)}`
    : "";
  return `${groupPath(resource.apiVersion)}${inside}/${resource.plural}`;
}

/** The path of one object. */
export function objectPath(resource: Resource, ref: Pick<ObjectRef, "name" | "namespace">): string {
  return `${listPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`;
}
