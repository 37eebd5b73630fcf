/** Who may do what in the cluster, beside who may by the decisions. */
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import type { Access, Role } from "../decisions/access.ts";
import {
  boundRole,
  DEFAULT_PREFIX,
  groupObjects,
  PERSON_LABEL,
  personObjects,
} from "../kube/access/objects.ts";
import { type KubeObject, objectKey } from "../kube/object.ts";
import { canonical } from "../migration/digest.ts";
import { OWNER_LABEL } from "./names.ts";

/** One person or group. */
export interface AccessRow {
  readonly kind: "person" | "group";
  readonly name: string;
  /** As decided; of what is only in the cluster, as bound there. */
  readonly role: Role | null;
  readonly login: "oidc" | "service-account" | null;
  /** As the issuer writes it, or the name of the service account. */
  readonly subject: string | null;
  /**
   * - `granted`: decided, and the cluster has exactly that.
   * - `not-applied`: decided, and the cluster has something else or nothing.
   * - `only-in-cluster`: not decided any more, or never.
   */
  readonly state: "granted" | "not-applied" | "only-in-cluster";
  /** What is bound now. */
  readonly roleInCluster: Role | null;
}

const RBAC = "rbac.authorization.k8s.io/v1";

/** Every object by which this namespace's people and groups have access, whole. Three requests. */
export async function readPeople(client: ClusterClient, namespace: string): Promise<readonly LiveObject[]> {
  const owned = `${OWNER_LABEL}=${namespace}`;
  const lists = await Promise.all([
    client.list({ apiVersion: RBAC, kind: "RoleBinding" }, namespace, { labelSelector: owned }),
    client.list({ apiVersion: RBAC, kind: "ClusterRoleBinding" }, undefined, { labelSelector: owned }),
    client.list({ apiVersion: "v1", kind: "ServiceAccount" }, namespace, {
      labelSelector: `${owned},${PERSON_LABEL}`,
    }),
  ]);
  return lists.flatMap(({ items }) => items);
}

/** Those of one person, by the label. */
export function objectsOf(person: string, live: readonly LiveObject[]): readonly LiveObject[] {
  return live.filter((object) => personOf(object) === person);
}

/** Everybody who is decided or has something in the cluster, by name. */
export function knownPeople(access: Access | undefined, live: readonly LiveObject[]): readonly string[] {
  const labelled = live.map(personOf).filter((person) => person !== undefined);
  return [...new Set([...Object.keys(access?.people ?? {}), ...labelled])].sort();
}

/** Whether the server has it as it is planned, whatever it says about itself in annotations. */
export function agrees(planned: KubeObject, live: LiveObject): boolean {
  const { metadata: _, ...fields } = planned;
  return Object.entries(fields).every(([name, value]) => canonical(live[name]) === canonical(value));
}

/** Decisions and cluster side by side: people, then groups, each by name. Pure. */
export function compareAccess(
  namespace: string,
  access: Access,
  live: readonly LiveObject[],
): readonly AccessRow[] {
  const bound = new Map<string, LiveObject[]>();
  for (const object of live) {
    const [kind, name] = ownerOf(object, access);
    if (name !== undefined) bound.set(`${kind} ${name}`, [...(bound.get(`${kind} ${name}`) ?? []), object]);
  }
  const decided = new Map<string, readonly KubeObject[]>([
    ...Object.keys(access.people ?? {}).map((name) =>
      [`person ${name}`, personObjects(namespace, access, name)] as const
    ),
    ...Object.keys(access.groups ?? {}).map((name) =>
      [`group ${name}`, groupObjects(namespace, access, name)] as const
    ),
  ]);
  const names = [...new Set([...decided.keys(), ...bound.keys()])].sort(peopleFirst);
  return names.map((name) => rowOf(name, decided.get(name), bound.get(name) ?? [], { namespace, access }));
}

interface Place {
  readonly namespace: string;
  readonly access: Access;
}

function rowOf(
  key: string,
  planned: readonly KubeObject[] | undefined,
  live: readonly LiveObject[],
  { namespace, access }: Place,
): AccessRow {
  const [kind, name] = [
    key.startsWith("person ") ? "person" : "group",
    key.slice(key.indexOf(" ") + 1),
  ] as const;
  const roleInCluster = roleOf(live, namespace);
  const role = planned === undefined ? roleInCluster : roleOf(planned, namespace);
  return {
    kind,
    name,
    role,
    ...loginOf(planned ?? live, access),
    state: planned === undefined ? "only-in-cluster" : isAll(planned, live) ? "granted" : "not-applied",
    roleInCluster,
  };
}

/** Each planned one is there as planned, and no other. */
function isAll(planned: readonly KubeObject[], live: readonly LiveObject[]): boolean {
  const found = new Map(live.map((object) => [objectKey(object), object]));
  return planned.length === live.length && planned.every((object) => {
    const same = found.get(objectKey(object));
    return same !== undefined && agrees(object, same);
  });
}

function roleOf(objects: readonly KubeObject[], namespace: string): Role | null {
  const binding = objects.find(({ kind }) => kind === "RoleBinding");
  // The edge: `roleRef` of a RoleBinding.
  const target = (binding?.["roleRef"] as { readonly name?: string } | undefined)?.name;
  return target === undefined ? null : boundRole(namespace, target) ?? null;
}

function loginOf(objects: readonly KubeObject[], access: Access): Pick<AccessRow, "login" | "subject"> {
  const subject = objects.map(subjectOf).find((one) => one !== undefined);
  const account = objects.find(({ kind }) => kind === "ServiceAccount");
  if (subject === undefined) {
    return account === undefined
      ? { login: null, subject: null }
      : { login: "service-account", subject: account.metadata.name };
  }
  return subject.kind === "ServiceAccount"
    ? { login: "service-account", subject: subject.name }
    : { login: "oidc", subject: withoutPrefix(subject.name, access) };
}

/** Whose object it is: by its label, else the group that it binds. */
function ownerOf(object: LiveObject, access: Access): readonly ["person" | "group", string | undefined] {
  const person = personOf(object);
  if (person !== undefined) return ["person", person];
  const subject = subjectOf(object);
  return ["group", subject?.kind === "Group" ? withoutPrefix(subject.name, access) : undefined];
}

function personOf({ metadata }: LiveObject): string | undefined {
  return metadata.labels?.[PERSON_LABEL];
}

function subjectOf(object: KubeObject): { readonly kind: string; readonly name: string } | undefined {
  // The edge: `subjects` of a binding; ours have exactly one.
  return (object["subjects"] as readonly { kind: string; name: string }[] | undefined)?.[0];
}

function withoutPrefix(name: string, access: Access): string {
  const prefix = access.oidc?.prefix ?? DEFAULT_PREFIX;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

function peopleFirst(left: string, right: string): number {
  const rank = (key: string): string => `${key.startsWith("person ") ? 0 : 1}${key}`;
  return rank(left) < rank(right) ? -1 : 1;
}
