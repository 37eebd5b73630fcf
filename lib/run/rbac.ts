/** The rights that a run needs, as RBAC objects to hand to an administrator, and whether they are there. */
import type { ClusterClient } from "../cluster/client.ts";
import { builtInResource } from "../cluster/resources.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { KubeObject } from "../kube/object.ts";
import { CHANGE_NAME } from "../kube/jobs/secret_change.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { isReplaceable } from "./apply.ts";
import { KEY_NAME, LEASE_NAME, STATE_NAME } from "./names.ts";

/** One rule of a Role: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const NAME = "compose-ferry";
const APPLY = ["get", "list", "watch", "create", "patch"] as const;

/**
 * The Roles (one per namespace), the ClusterRole for what has no namespace, and their bindings to a subject.
 * Nothing may be deleted but what may be replaced; nothing is granted that this plan does not need.
 */
export function accessObjects(
  plan: Plan,
  namespace: string,
  subject: { readonly kind: "User" | "Group" | "ServiceAccount"; readonly name: string },
): readonly KubeObject[] {
  const rules = rulesByPlace(plan, namespace);
  return [...rules].flatMap(([place, list]) =>
    place === "" ? clusterWide(list, subject) : inside(place, list, subject)
  );
}

/** Rules by namespace; those for the whole cluster under "". */
export function rulesByPlace(plan: Plan, namespace: string): ReadonlyMap<string, readonly Rule[]> {
  const verbs = new Map<string, Map<string, Set<string>>>();
  const allow = (place: string, apiVersion: string, kind: string, wanted: readonly string[]): void => {
    const inPlace = verbs.get(place) ?? new Map<string, Set<string>>();
    const key = `${groupOf(apiVersion)}/${pluralOf(apiVersion, kind)}`;
    inPlace.set(key, new Set([...(inPlace.get(key) ?? []), ...wanted]));
    verbs.set(place, inPlace);
  };
  for (const { object: { apiVersion, kind, metadata } } of plan.migrations.flatMap(plannedObjects)) {
    allow(metadata.namespace ?? "", apiVersion, kind, [...APPLY, ...(isReplaceable(kind) ? ["delete"] : [])]);
  }
  for (const step of plan.migrations.flatMap(({ steps }) => steps)) {
    if (step.kind === "remove") {
      allow(step.ref.namespace ?? "", step.ref.apiVersion, step.ref.kind, ["get", "delete"]);
    }
  }
  allow("", "v1", "Namespace", ["get"]);
  for (const kind of ["Pod", "Event"]) allow(namespace, "v1", kind, ["get", "list", "watch"]);
  const rules = new Map([...verbs].map(([place, list]) => [place, [...list].map(toRule)] as const));
  rules.set(namespace, [...(rules.get(namespace) ?? []), ...own()]);
  return rules;
}

/** Asks the server which of the rights are missing; one request for each namespace. */
export async function missingAccess(
  client: ClusterClient,
  plan: Plan,
  namespace: string,
): Promise<readonly Diagnostic[]> {
  const places = [...rulesByPlace(plan, namespace)];
  const missing = await Promise.all(places.map(async ([place, wanted]) => {
    const granted = await grantedIn(client, place === "" ? namespace : place);
    return granted === undefined ? [] : wanted.flatMap((rule) => lacking(rule, granted, place));
  }));
  return missing.flat();
}

function lacking(rule: Rule, granted: readonly Rule[], place: string): readonly Diagnostic[] {
  const verbs = rule.verbs.filter((verb) =>
    !granted.some((one) =>
      has(one.verbs, verb) && rule.apiGroups.every((group) => has(one.apiGroups, group)) &&
      rule.resources.every((resource) => has(one.resources, resource))
    )
  );
  // A right to some names may be all that is needed: only what nothing speaks of at all is called missing.
  if (verbs.length === 0 || rule.resourceNames !== undefined) return [];
  const where = place === "" ? "in the whole cluster" : `in namespace "${place}"`;
  return [{
    code: "cluster-missing-right",
    severity: "error",
    message: `You may not ${verbs.join(", ")} ${rule.resources.join(", ")} ${where}`,
    hint: "Hand the output of `deno task rbac` to an administrator, or choose another context with --context",
  }];
}

function has(granted: readonly string[], wanted: string): boolean {
  return granted.includes("*") || granted.includes(wanted);
}

/** undefined where the server cannot list all rules, as with a webhook authorizer: then the run finds out. */
async function grantedIn(client: ClusterClient, namespace: string): Promise<readonly Rule[] | undefined> {
  // The edge: a SelfSubjectRulesReview of authorization.k8s.io/v1.
  const review = await client.review("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectRulesReview",
    spec: { namespace },
  }) as {
    readonly status?: { readonly incomplete?: boolean; readonly resourceRules?: readonly Partial<Rule>[] };
  };
  if (review.status === undefined || review.status.incomplete === true) return undefined;
  return (review.status.resourceRules ?? []).map(({ apiGroups, resources, verbs, resourceNames }) => ({
    apiGroups: apiGroups ?? [],
    resources: resources ?? [],
    verbs: verbs ?? [],
    ...(resourceNames === undefined || resourceNames.length === 0 ? {} : { resourceNames }),
  }));
}

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

type Subject = Parameters<typeof accessObjects>[2];

function inside(namespace: string, rules: readonly Rule[], subject: Subject): readonly KubeObject[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const metadata = { name: NAME, namespace };
  return [
    { apiVersion, kind: "Role", metadata, rules },
    { apiVersion, kind: "RoleBinding", metadata, ...binding("Role", subject, namespace) },
  ];
}

function clusterWide(rules: readonly Rule[], subject: Subject): readonly KubeObject[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const metadata = { name: NAME };
  return [
    { apiVersion, kind: "ClusterRole", metadata, rules },
    { apiVersion, kind: "ClusterRoleBinding", metadata, ...binding("ClusterRole", subject, "default") },
  ];
}

function binding(kind: string, subject: Subject, namespace: string): Readonly<Record<string, unknown>> {
  const apiGroup = "rbac.authorization.k8s.io";
  return {
    roleRef: { apiGroup, kind, name: NAME },
    subjects: [subject.kind === "ServiceAccount" ? { ...subject, namespace } : { ...subject, apiGroup }],
  };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.split("/")[0] ?? "" : "";
}

/** Custom kinds that this program plans form their plural regularly (Traefik's and k3s's all do). */
function pluralOf(apiVersion: string, kind: string): string {
  return builtInResource(apiVersion, kind)?.plural ?? `${kind.toLowerCase()}s`;
}
