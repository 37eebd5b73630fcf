/** The rights that a command needs to do what a plan says, as rules of RBAC by the place where they are needed. */
import { builtInResource } from "../cluster/resources.ts";
import { companionsOf } from "../cluster/companions.ts";
import { allSharedObjects } from "../kube/access/objects.ts";
import { CHANGE_NAME } from "../kube/jobs/script/secret_change.ts";
import { CLUSTER_NAMES_LABEL } from "../kube/network/cluster_names.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { isReplaceable } from "./decide.ts";
import { KEY_NAME, LEASE_NAME, STATE_NAME } from "./names.ts";
import { isRolledBack } from "./rollback.ts";
import { DATA_KINDS } from "./waves.ts";

/** One rule of a Role: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/**
 * What rights are asked for. All commands read and record; `migrate` also stands for `redo`, `unlock` and `secrets`,
 * `cross` for what `--cross` and `rollback --service` open and close besides.
 */
export type Purpose = "migrate" | "cross" | "rollback" | "prune" | "access";

const RBAC = "rbac.authorization.k8s.io";
const APPLY = ["get", "list", "watch", "create", "patch"] as const;
/** What `access grant` and `access revoke` make and take, by the place of it. */
const PERSON_KINDS = [
  { apiVersion: "v1", kind: "ServiceAccount", isClusterWide: false },
  { apiVersion: `${RBAC}/v1`, kind: "RoleBinding", isClusterWide: false },
  { apiVersion: `${RBAC}/v1`, kind: "ClusterRoleBinding", isClusterWide: true },
] as const;

/** What a gate consists of: pods find by them what stays in Docker. */
const GATE_KINDS = [
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
] as const;

/** Rules by namespace; those for the whole cluster under "". */
export function rulesByPlace(
  plan: Plan,
  namespace: string,
  purposes: readonly Purpose[] = ["migrate"],
): ReadonlyMap<string, readonly Rule[]> {
  const rights = new Rights();
  const objects = [
    ...plan.migrations.flatMap(plannedObjects).map(({ object }) => object),
    // The first grant also makes the roles.
    ...(purposes.includes("access") ? allSharedObjects(namespace) : []),
  ];
  for (const { apiVersion, kind, metadata } of objects) {
    const verbs = [...APPLY, ...(isDeleted(kind, purposes) ? ["delete"] : [])];
    const place = metadata.namespace ?? "";
    rights.allow(place, apiVersion, kind, verbs);
    for (const looked of companionsOf(kind)) {
      rights.allow(place, looked.apiVersion, looked.kind, ["get", "list", "watch"]);
    }
    // A pod that keeps its StatefulSet from being rolled out: `deleteStuckPod`.
    if (kind === "StatefulSet") rights.allow(place, "v1", "Pod", ["delete"]);
  }
  for (const step of plan.migrations.flatMap(({ steps }) => steps)) {
    if (step.kind !== "remove") continue;
    rights.allow(step.ref.namespace ?? "", step.ref.apiVersion, step.ref.kind, ["get", "delete"]);
  }
  rights.allow("", "v1", "Namespace", ["get"]);
  for (const kind of ["Pod", "Event"]) rights.allow(namespace, "v1", kind, ["get", "list", "watch"]);
  if (purposes.includes("access")) {
    for (const { apiVersion, kind, isClusterWide } of PERSON_KINDS) {
      rights.allow(isClusterWide ? "" : namespace, apiVersion, kind, [...APPLY, "delete"]);
    }
    rights.add(namespace, [{ apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] }]);
  }
  if (purposes.includes("cross")) {
    for (const { apiVersion, kind } of GATE_KINDS) {
      rights.allow(namespace, apiVersion, kind, [...APPLY, "delete"]);
    }
  }
  if (objects.some(({ metadata }) => metadata.labels?.[CLUSTER_NAMES_LABEL] !== undefined)) {
    rights.add("kube-system", NAMES);
  }
  for (const object of objects) rights.add(object.metadata.namespace ?? "", handedOut(object, objects));
  rights.add(namespace, own());
  return rights.byPlace();
}

/** To hand names to the cluster's CoreDNS, and to see whether it reads them; a run without these says so. */
const NAMES: readonly Rule[] = [
  {
    apiGroups: [""],
    resources: ["configmaps"],
    verbs: ["get", "create", "patch"],
    resourceNames: ["coredns-custom"],
  },
  { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"], resourceNames: ["coredns"] },
];

/** Gathers verbs by place and resource, so that each resource stands in one rule. */
class Rights {
  readonly #verbs = new Map<string, Map<string, Set<string>>>();
  readonly #more = new Map<string, readonly Rule[]>();

  allow(place: string, apiVersion: string, kind: string, wanted: readonly string[]): void {
    const inPlace = this.#verbs.get(place) ?? new Map<string, Set<string>>();
    const key = `${groupOf(apiVersion)}/${pluralOf(apiVersion, kind)}`;
    inPlace.set(key, new Set([...(inPlace.get(key) ?? []), ...wanted]));
    this.#verbs.set(place, inPlace);
  }

  add(place: string, rules: readonly Rule[]): void {
    if (rules.length > 0) this.#more.set(place, [...(this.#more.get(place) ?? []), ...rules]);
  }

  byPlace(): ReadonlyMap<string, readonly Rule[]> {
    const places = [...new Set([...this.#verbs.keys(), ...this.#more.keys()])];
    return new Map(places.map((place) => {
      const rules = [...(this.#verbs.get(place) ?? [])].map(toRule);
      return [place, unique([...rules, ...(this.#more.get(place) ?? [])])];
    }));
  }
}

function isDeleted(kind: string, purposes: readonly Purpose[]): boolean {
  return isReplaceable(kind) ||
    purposes.includes("rollback") && isRolledBack(kind) ||
    purposes.includes("prune") && !DATA_KINDS.has(kind);
}

/**
 * What must be held before it can be handed out: the API server lets nobody write a role with more rights than
 * their own, nor bind one (pkg/registry/rbac/escalation_check.go). A role that is not of this plan may be bound by name.
 */
function handedOut(object: KubeObject, planned: readonly KubeObject[]): readonly Rule[] {
  if (!object.apiVersion.startsWith(`${RBAC}/`)) return [];
  // The edge: `rules` of a role, `roleRef` of a binding.
  if (object.kind.endsWith("Role")) return (object["rules"] ?? []) as readonly Rule[];
  const { kind, name } = object["roleRef"] as { readonly kind: string; readonly name: string };
  const isPlanned = planned.some((role) =>
    role.kind === kind && role.metadata.name === name &&
    (kind === "ClusterRole" || role.metadata.namespace === object.metadata.namespace)
  );
  const bind = { apiGroups: [RBAC], resources: [pluralOf(`${RBAC}/v1`, kind)], verbs: ["bind"] };
  return isPlanned ? [] : [{ ...bind, resourceNames: [name] }];
}

/** The record, the lock, the key and the note of a secret that is being changed. */
function own(): readonly Rule[] {
  const named = (group: string, resource: string, name: string): readonly Rule[] => [
    { apiGroups: [group], resources: [resource], verbs: ["get", "update"], resourceNames: [name] },
    { apiGroups: [group], resources: [resource], verbs: ["create"] },
  ];
  return [
    ...named("", "configmaps", STATE_NAME),
    ...named("coordination.k8s.io", "leases", LEASE_NAME),
    { apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: [KEY_NAME] },
    {
      apiGroups: [""],
      resources: ["secrets"],
      verbs: ["get", "update", "delete"],
      resourceNames: [CHANGE_NAME],
    },
    { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  ];
}

function toRule([key, verbs]: readonly [string, ReadonlySet<string>]): Rule {
  const slash = key.indexOf("/");
  return { apiGroups: [key.slice(0, slash)], resources: [key.slice(slash + 1)], verbs: [...verbs] };
}

function unique(rules: readonly Rule[]): readonly Rule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.split("/")[0] ?? "" : "";
}

/** Custom kinds that this program plans form their plural regularly (Traefik's and k3s's all do). */
function pluralOf(apiVersion: string, kind: string): string {
  return builtInResource(apiVersion, kind)?.plural ?? `${kind.toLowerCase()}s`;
}
