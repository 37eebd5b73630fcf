/** The rights that a run needs, as RBAC objects to hand to an administrator, and whether they are there. */
import { ApiError } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { pause } from "../cluster/transport.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { label } from "../stack/names.ts";
import { list, record } from "../values/json.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { type Purpose, type Rule, rulesByPlace } from "./rights.ts";

const GROUP = "rbac.authorization.k8s.io";

/**
 * What the guard looks at before a workload starts: pods of any namespace that write to its directory, and whether this
 * machine is the node. A run without these rights goes on, and sees its own namespace alone.
 */
const SIGHT: Rule = { apiGroups: [""], resources: ["nodes", "pods"], verbs: ["get", "list"] };

/**
 * The plan's namespaces, then a Role in each place and a ClusterRole for what has no namespace, bound to a user. They
 * are named after the stack's namespace and the user: two stacks, or two users, do not meet. Nothing is granted that
 * the plan does not need for the purposes, and nothing but a look around goes beyond its namespaces.
 */
export function rbacObjects(
  plan: Plan,
  namespace: string,
  user: string,
  purposes: readonly Purpose[] = ["migrate"],
): readonly KubeObject[] {
  const name = `${namespace}-${label(user)}`;
  const isRun = purposes.includes("migrate");
  const planned = plan.migrations.flatMap(plannedObjects).map(({ object }) => object)
    .filter(({ kind }) => kind === "Namespace")
    .map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata: { name: metadata.name } }));
  return [
    ...planned,
    ...[...rulesByPlace(plan, namespace, purposes)].flatMap(([place, rules]) => {
      const metadata = place === "" ? { name } : { name, namespace: place };
      const kind = place === "" ? "ClusterRole" : "Role";
      const apiVersion = `${GROUP}/v1`;
      return [
        { apiVersion, kind, metadata, rules: place === "" && isRun ? [...rules, SIGHT] : rules },
        {
          apiVersion,
          kind: `${kind}Binding`,
          metadata,
          roleRef: { apiGroup: GROUP, kind, name },
          subjects: [{ kind: "User", name: user, apiGroup: GROUP }],
        },
      ];
    }),
  ];
}

/**
 * No namespace can have this name, so no binding lies in it: what the server lists there is what is granted in the
 * whole cluster.
 */
const NO_NAMESPACE = "_";

/** How long a server may start, and one that does not say whether it does; milliseconds. */
const PATIENCE = { starting: 60_000, unsaid: 2_000 } as const;
const PAUSE_MS = 250;

/**
 * Asks the server which of the rights are missing; one request for each namespace, and one for the whole cluster. What
 * a server that still starts does not grant is asked again once it is ready.
 */
export async function missingRights(
  client: ClusterClient,
  plan: Plan,
  namespace: string,
  signal?: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const missing = await askForRights(client, plan, namespace).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  });
  if (missing?.length === 0) return missing;
  await started(client, signal);
  return await askForRights(client, plan, namespace);
}

async function started(client: ClusterClient, signal: AbortSignal | undefined): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const isReady = await client.isReady();
    const patience = isReady === undefined ? PATIENCE.unsaid : PATIENCE.starting;
    if (isReady || performance.now() - begun >= patience) return;
    await pause(PAUSE_MS, signal);
  }
}

async function askForRights(
  client: ClusterClient,
  plan: Plan,
  namespace: string,
): Promise<readonly Diagnostic[]> {
  const places = [...rulesByPlace(plan, namespace)];
  const missing = await Promise.all(places.map(async ([place, wanted]) => {
    const granted = await grantedIn(client, place === "" ? NO_NAMESPACE : place);
    return granted === undefined ? [] : wanted.flatMap((rule) => lacking(rule, granted, place));
  }));
  return missing.flat();
}

function lacking(rule: Rule, granted: readonly Rule[], place: string): readonly Diagnostic[] {
  // A right to some names may be all that is needed: only what nothing speaks of at all is called missing.
  if (rule.resourceNames !== undefined) return [];
  const byVerbs = new Map<string, string[]>();
  for (const group of rule.apiGroups) {
    for (const resource of rule.resources) {
      const verbs = rule.verbs.filter((verb) => !isGranted(group, resource, verb, granted)).join(", ");
      if (verbs === "") continue;
      const name = group === "" ? resource : `${resource}.${group}`;
      byVerbs.set(verbs, [...(byVerbs.get(verbs) ?? []), name]);
    }
  }
  const where = place === "" ? "in the whole cluster" : `in namespace "${place}"`;
  return [...byVerbs].map(([verbs, resources]) => ({
    code: "cluster-missing-right",
    severity: "error",
    message: `You may not ${verbs} ${resources.join(", ")} ${where}`,
    hint: "Give the output of `deno task rbac` to an administrator, or choose another context with --context",
  }));
}

function isGranted(group: string, resource: string, verb: string, granted: readonly Rule[]): boolean {
  return granted.some((one) =>
    has(one.verbs, verb) && has(one.apiGroups, group) && has(one.resources, resource)
  );
}

function has(granted: readonly string[], wanted: string): boolean {
  return granted.includes("*") || granted.includes(wanted);
}

/** undefined where the server cannot list all rules, as with a webhook authorizer: then the run finds out. */
async function grantedIn(client: ClusterClient, namespace: string): Promise<readonly Rule[] | undefined> {
  const { status } = await client.review("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectRulesReview",
    spec: { namespace },
  });
  const { incomplete, resourceRules } = record(status) ?? {};
  if (status === undefined || incomplete === true) return undefined;
  return list(resourceRules).map(({ apiGroups, resources, verbs, resourceNames }) => ({
    apiGroups: texts(apiGroups),
    resources: texts(resources),
    verbs: texts(verbs),
    ...(texts(resourceNames).length === 0 ? {} : { resourceNames: texts(resourceNames) }),
  }));
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
