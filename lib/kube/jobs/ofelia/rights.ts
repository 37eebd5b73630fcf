/** What a CronJob may do that runs commands in pods of its namespace. */
import { label } from "../../../stack/names.ts";
import type { KubeObject, PlannedObject } from "../../object.ts";

/** The ServiceAccount, the Role and who has it. */
export const EXECUTOR = "scheduled-exec";

const GROUPS: Readonly<Record<string, string>> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
};

/**
 * Pods have no names that are known before, so that the right holds for all of the namespace; servers before 1.35 ask
 * for `get` of `pods/exec`, later ones for `create`.
 *
 * @param workloads those in whose pods something is run; without one there are no rights
 */
export function execRights(
  namespace: string,
  project: string,
  workloads: readonly KubeObject[],
): readonly PlannedObject[] {
  if (workloads.length === 0) return [];
  const metadata = { name: EXECUTOR, namespace, labels: { "app.kubernetes.io/part-of": label(project) } };
  const named = Object.entries(GROUPS).flatMap(([kind, resource]) => {
    const names = [...new Set(workloads.filter((one) => one.kind === kind).map((one) => one.metadata.name))]
      .sort();
    return names.length === 0
      ? []
      : [{ apiGroups: ["apps"], resources: [resource], resourceNames: names, verbs: ["get"] }];
  });
  const rules = [
    { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] },
    ...named,
  ];
  const rbac = "rbac.authorization.k8s.io";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "Role", name: EXECUTOR },
      subjects: [{ kind: "ServiceAccount", name: EXECUTOR, namespace }],
    },
  ].map((object) => ({ object }));
}
