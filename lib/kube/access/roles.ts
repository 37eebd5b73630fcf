/** What each role may do, as rules of RBAC. */
import type { Role } from "../../decisions/access.ts";

/** A rule of a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ["get", "list", "watch"];
const CHANGE = ["create", "update", "patch"];

/** Everything of a namespace that tells how it is, Secrets not. */
const VIEWER: readonly Rule[] = [
  {
    apiGroups: [""],
    resources: [
      "configmaps",
      "endpoints",
      "events",
      "limitranges",
      "persistentvolumeclaims",
      "pods",
      "pods/log",
      "pods/status",
      "replicationcontrollers",
      "resourcequotas",
      "services",
    ],
    verbs: READ,
  },
  // Over SPDY it is a create, over WebSockets it may be a get.
  { apiGroups: [""], resources: ["pods/portforward"], verbs: ["create", "get"] },
  {
    apiGroups: ["apps"],
    resources: [
      "controllerrevisions",
      "daemonsets",
      "deployments",
      "deployments/scale",
      "replicasets",
      "statefulsets",
      "statefulsets/scale",
    ],
    verbs: READ,
  },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: READ },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: READ },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: READ },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs: READ },
  { apiGroups: ["metrics.k8s.io"], resources: ["pods"], verbs: ["get", "list"] },
  {
    apiGroups: ["traefik.io"],
    resources: [
      "ingressroutes",
      "ingressroutetcps",
      "ingressrouteudps",
      "middlewares",
      "middlewaretcps",
      "serverstransports",
      "serverstransporttcps",
      "tlsoptions",
      "tlsstores",
      "traefikservices",
    ],
    verbs: READ,
  },
];

/** Restarts, images and replicas; `deployer_policy.ts` holds a change of a workload to these. */
const DEPLOYER: readonly Rule[] = [
  ...VIEWER,
  {
    apiGroups: ["apps"],
    resources: ["daemonsets", "deployments", "statefulsets"],
    verbs: ["patch", "update"],
  },
  { apiGroups: ["apps"], resources: ["deployments/scale", "statefulsets/scale"], verbs: ["patch", "update"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
];

/** Whoever runs the namespace; claims of volumes and the namespace itself nobody deletes by this. */
const OPERATOR: readonly Rule[] = [
  ...VIEWER,
  {
    apiGroups: [""],
    resources: ["configmaps", "pods", "replicationcontrollers", "secrets", "serviceaccounts", "services"],
    verbs: [...READ, ...CHANGE, "delete"],
  },
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: CHANGE },
  { apiGroups: [""], resources: ["pods/attach", "pods/exec"], verbs: ["create", "get"] },
  { apiGroups: [""], resources: ["pods/eviction", "serviceaccounts/token"], verbs: ["create"] },
  { apiGroups: [""], resources: ["pods/ephemeralcontainers"], verbs: ["patch", "update"] },
  { apiGroups: ["apps", "batch", "traefik.io"], resources: ["*"], verbs: [...READ, ...CHANGE, "delete"] },
  {
    apiGroups: ["autoscaling", "policy", "networking.k8s.io"],
    resources: ["horizontalpodautoscalers", "ingresses", "networkpolicies", "poddisruptionbudgets"],
    verbs: [...READ, ...CHANGE, "delete"],
  },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: [...READ, ...CHANGE, "delete"] },
  { apiGroups: ["rbac.authorization.k8s.io"], resources: ["rolebindings", "roles"], verbs: READ },
];

/** The rules of a role inside its namespace. */
export const ROLE_RULES: Readonly<Record<Role, readonly Rule[]>> = {
  viewer: VIEWER,
  deployer: DEPLOYER,
  operator: OPERATOR,
};

/** What belongs to no namespace and everybody may see: where pods run and where data lies. */
export const CLUSTER_RULES: readonly Rule[] = [
  { apiGroups: [""], resources: ["namespaces", "nodes", "persistentvolumes"], verbs: READ },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: READ },
  { apiGroups: ["metrics.k8s.io"], resources: ["nodes"], verbs: ["get", "list"] },
];
