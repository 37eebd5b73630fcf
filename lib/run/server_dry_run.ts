/** What the server says an object would become, by dry-runs: nothing is written. */
import { ApiError, isNotFound, isRoleUnseen } from "../cluster/api_error.ts";
import type { Applied, ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import type { KubeObject, PlannedObject } from "../kube/object.ts";

/** Namespaces and kinds that the run itself makes before it needs them. */
export interface Coming {
  readonly namespaces: ReadonlySet<string>;
  /** `group/Kind`. */
  readonly kinds: ReadonlySet<string>;
  /** ValidatingAdmissionPolicies. */
  readonly policies: ReadonlySet<string>;
  /** Roles and ClusterRoles by name. */
  readonly roles: ReadonlySet<string>;
}

/** How to ask. */
export interface Asking {
  readonly client: ClusterClient;
  readonly force: boolean;
  readonly coming: Coming;
}

/** The answer that it would get, or undefined where only the run itself can tell: its kind does not exist yet. */
export async function dryRunApply(
  body: KubeObject,
  { client, force, coming }: Asking,
): Promise<Applied | undefined> {
  try {
    return await client.apply(body, { dryRun: true, force });
  } catch (error) {
    if (isUnjudged(error, body, coming)) return undefined;
    if (!isNotFound(error)) throw error;
    if (isUnknownKind(error) && coming.kinds.has(groupKind(body))) return undefined;
    const { namespace } = body.metadata;
    if (namespace === undefined || !coming.namespaces.has(namespace)) throw error;
    return await askElsewhere(body, namespace, client);
  }
}

/**
 * The namespace is not there yet: the same object is validated as a new one in a namespace that is, under a
 * name of its own, so that nothing that lies there is touched or compared.
 */
async function askElsewhere(
  body: KubeObject,
  namespace: string,
  client: ClusterClient,
): Promise<Applied> {
  const { object, created } = await client.apply(
    { ...body, metadata: { ...body.metadata, namespace: "default" } },
    { dryRun: true, force: true },
  );
  return { object: { ...object, metadata: { ...object.metadata, namespace } }, created };
}

/**
 * The object as it would be if it were made anew in place of the one that is there, with what the server fills in;
 * undefined where it cannot be asked for that.
 */
export async function dryRunNew(
  object: KubeObject,
  client: ClusterClient,
): Promise<LiveObject | undefined> {
  const { name } = object.metadata;
  try {
    const metadata = { ...object.metadata, name: standInName(name) };
    const made = await client.apply({ ...object, metadata }, { dryRun: true, force: true });
    return { ...made.object, metadata: { ...made.object.metadata, name } };
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** A name that nobody has, for asking what would become of an object that is not there. */
export function standInName(name: string): string {
  return `${name.slice(0, 40).replace(/[^a-z0-9]+$/, "")}-${crypto.randomUUID().slice(0, 8)}`;
}

/** What the plan makes on its way. */
export function comingWith(planned: readonly PlannedObject[], target: string): Coming {
  const objects = planned.map(({ object }) => object);
  const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
  const policies = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
  return {
    policies: new Set(policies.map(({ metadata }) => metadata.name)),
    roles: new Set(
      objects.filter(({ kind }) => ["Role", "ClusterRole"].includes(kind)).map(({ metadata }) =>
        metadata.name
      ),
    ),
    namespaces: new Set([
      target,
      ...objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name),
    ]),
    kinds: new Set(definitions.map((definition) => {
      // The edge: `spec` of a CustomResourceDefinition.
      const spec = definition["spec"] as { group: string; names: { kind: string } };
      return `${spec.group}/${spec.names.kind}`;
    })),
  };
}

/** Who may bind a policy or a role is decided by what that one says, which nobody knows before it is there. */
function isUnjudged(error: unknown, object: KubeObject, { policies, roles }: Coming): boolean {
  if (isRoleUnseen(error, object)) {
    // The edge: `roleRef` of a binding.
    return roles.has((object["roleRef"] as { readonly name: string }).name);
  }
  if (object.kind !== "ValidatingAdmissionPolicyBinding") return false;
  // The edge: `spec` of a ValidatingAdmissionPolicyBinding.
  const { policyName } = object["spec"] as { readonly policyName: string };
  return error instanceof ApiError && /unable to get policy/.test(error.message) && policies.has(policyName);
}

function groupKind({ apiVersion, kind }: KubeObject): string {
  return `${apiVersion.split("/")[0]}/${kind}`;
}

function isUnknownKind(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "UnknownKind";
}
