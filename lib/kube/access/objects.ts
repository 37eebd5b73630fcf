/** The roles of a namespace and who has them, as objects. */
import { label } from "../../stack/names.ts";
import { type KubeObject, objectKey, type PlannedObject } from "../object.ts";
import { type AdministrativePorts, administrativePortsPolicy } from "./administrative_ports.ts";
import { closedPodsPolicy } from "./closed_pods.ts";
import { type Access, type PersonDecision, type Role, ROLES } from "../../decisions/access.ts";
import { deployerPolicy } from "./deployer_policy.ts";
import { privilegedPodsPolicies } from "./privileged_pods_policy.ts";
import { CLUSTER_RULES, ROLE_RULES } from "./roles.ts";

const GROUP = "rbac.authorization.k8s.io";

/** On objects of one person: who it is. */
export const PERSON_LABEL = "compose-ferry/person";
/** Before names and groups of the issuer where nothing else is decided. */
export const DEFAULT_PREFIX = "oidc:";

/** Who gets a role. */
export interface Subject {
  readonly kind: "User" | "Group" | "ServiceAccount";
  readonly name: string;
}

/** What of the stack gives more than a role says. */
export interface Guarded {
  /** Workloads that nobody connects to who may not read Secrets. */
  readonly closed: readonly string[];
  /** Workloads beyond the level `baseline`, in a namespace that admits more; undefined in one that does not. */
  readonly privileged?: readonly string[] | undefined;
  readonly administrative?: AdministrativePorts;
}

/** Roles, bindings of the decided groups and people, and the policies without which a role gives more than it says. */
export function accessObjects(
  namespace: string,
  access: Access,
  guarded: Guarded = { closed: [] },
): PlannedObject[] {
  const groups = Object.keys(access.groups ?? {}).flatMap((group) => groupObjects(namespace, access, group));
  const people = Object.keys(access.people ?? {}).flatMap((person) =>
    personObjects(namespace, access, person)
  );
  return [...sharedObjects(namespace, guarded), ...groups, ...people].map((object) => ({ object }));
}

/** What every person needs and nobody owns: the roles, and the policies without which they give more than they say. */
function sharedObjects(
  namespace: string,
  { closed, privileged, administrative }: Guarded,
): KubeObject[] {
  return [
    ...roleObjects(namespace),
    ...deployerPolicy(namespace),
    ...closedPodsPolicy(namespace, closed),
    ...(privileged === undefined ? [] : privilegedPodsPolicies(namespace, privileged)),
    ...(administrative === undefined ? [] : administrativePortsPolicy(namespace, administrative)),
  ];
}

/** All objects that nobody owns, those included that a stack may not need. */
export function allSharedObjects(namespace: string): KubeObject[] {
  const administrative = { servers: ["any"], ports: [1], callers: ["any"] };
  return sharedObjects(namespace, { closed: ["any"], privileged: ["any"], administrative });
}

/** Their keys. */
export function sharedKeys(namespace: string): ReadonlySet<string> {
  return new Set(allSharedObjects(namespace).map(objectKey));
}

/** The bindings of one group of the issuer. */
export function groupObjects(namespace: string, access: Access, group: string): KubeObject[] {
  const groups = access.groups ?? {};
  const role = Object.hasOwn(groups, group) ? groups[group] : undefined;
  const subject: Subject = { kind: "Group", name: prefixed(access, group) };
  return role === undefined ? [] : bindings(namespace, role, `group-${label(group)}`, subject);
}

/**
 * A Role of the namespace for each, so that who hands them out needs their rights there alone, and the one
 * ClusterRole for what belongs to no namespace.
 */
function roleObjects(namespace: string): KubeObject[] {
  return [
    ...ROLES.map((role) => ({
      apiVersion: `${GROUP}/v1`,
      kind: "Role",
      metadata: { name: roleName(namespace, role), namespace },
      rules: ROLE_RULES[role],
    })),
    {
      apiVersion: `${GROUP}/v1`,
      kind: "ClusterRole",
      metadata: { name: roleName(namespace, "everybody") },
      rules: CLUSTER_RULES,
    },
  ];
}

/**
 * What one person has: the bindings of the role and, where nobody logs the person in, a service account. The same
 * objects are made by a grant and taken by a revoke; deleting the service account ends its tokens.
 */
export function personObjects(namespace: string, access: Access, person: string): KubeObject[] {
  const decided = personIn(access, person);
  if (decided === undefined) return [];
  const subject: Subject = decided.user === undefined
    ? { kind: "ServiceAccount", name: serviceAccountName(person) }
    : { kind: "User", name: prefixed(access, decided.user) };
  const account: KubeObject = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: serviceAccountName(person), namespace },
    automountServiceAccountToken: false,
  };
  return [
    ...(subject.kind === "ServiceAccount" ? [account] : []),
    ...bindings(namespace, decided.role, serviceAccountName(person), subject),
  ].map((object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, [PERSON_LABEL]: person } },
  }));
}

/** What is decided of the person. */
export function personIn(access: Access | undefined, person: string): PersonDecision | undefined {
  const people = access?.people ?? {};
  return Object.hasOwn(people, person) ? people[person] : undefined;
}

/** The role by the name of its object: `deployer` of the Role `faf-deployer`. */
export function boundRole(namespace: string, name: string): Role | undefined {
  return ROLES.find((role) => roleName(namespace, role) === name);
}

/** The service account of a person who cannot log in by OIDC. */
export function serviceAccountName(person: string): string {
  return `person-${label(person)}`;
}

function roleName(namespace: string, role: Role | "everybody"): string {
  return `${namespace}-${role}`;
}

function prefixed(access: Access, name: string): string {
  return `${access.oidc?.prefix ?? DEFAULT_PREFIX}${name}`;
}

function bindings(namespace: string, role: Role, name: string, subject: Subject): KubeObject[] {
  const subjects = [
    subject.kind === "ServiceAccount" ? { ...subject, namespace } : { ...subject, apiGroup: GROUP },
  ];
  return [
    {
      apiVersion: `${GROUP}/v1`,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { apiGroup: GROUP, kind: "Role", name: roleName(namespace, role) },
      subjects,
    },
    {
      apiVersion: `${GROUP}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: `${namespace}-${name}` },
      roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: roleName(namespace, "everybody") },
      subjects,
    },
  ];
}
