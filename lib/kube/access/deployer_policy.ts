/**
 * Holds deployers to tags of images, replicas and restarts. RBAC alone cannot: whoever may change a pod template may mount any
 * Secret of the namespace into it and read it there. What may change is listed; everything else stays as it is.
 */
import type { KubeObject } from "../object.ts";
import { MAY_NOT_READ_SECRETS, policyIn } from "./policy.ts";

/** What `kubectl rollout restart` writes into the pod template. */
const RESTARTED = "kubectl.kubernetes.io/restartedAt";

/** Of the object's own annotations: the cause that kubectl notes, and what the cluster's own controllers count. */
const ANNOTATIONS = [
  "kubernetes.io/change-cause",
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/revision-history",
  "deprecated.daemonset.template.generation",
];

const MAY_NOT_CREATE = {
  name: "may-not-create",
  expression: "!authorizer.group('apps').resource(request.resource.resource).namespace(request.namespace)" +
    ".check('create').allowed()",
};

/** What the API server itself writes when an object changes. */
const BOOKKEEPING = ["annotations", "generation", "managedFields", "resourceVersion"];

/** One part of the object: where it is, before and now, and which of its fields may change. */
interface Part {
  readonly name: string;
  readonly of: string;
  readonly free: readonly string[];
}

const PARTS: readonly Part[] = [
  { name: "metadata", of: "metadata", free: BOOKKEEPING },
  { name: "annotations", of: "metadata.?annotations.orValue({})", free: ANNOTATIONS },
  { name: "spec", of: "spec", free: ["replicas", "template"] },
  { name: "template", of: "spec.template", free: ["metadata", "spec"] },
  { name: "labels", of: "spec.template.metadata", free: ["annotations"] },
  { name: "restart", of: "spec.template.metadata.?annotations.orValue({})", free: [RESTARTED] },
  { name: "pod", of: "spec.template.spec", free: ["containers", "initContainers"] },
];

/** The policy and its binding to one namespace; operators and controllers are not deployers and not concerned. */
export function deployerPolicy(namespace: string): KubeObject[] {
  return policyIn(namespace, `${namespace}-deployer`, {
    matchConstraints: {
      resourceRules: [{
        apiGroups: ["apps"],
        apiVersions: ["v1"],
        operations: ["UPDATE"],
        resources: ["deployments", "statefulsets", "daemonsets"],
      }],
    },
    // Whoever may not read the Secrets shall not reach them by a changed pod; who makes pods of their own reads them.
    matchConditions: [MAY_NOT_READ_SECRETS, MAY_NOT_CREATE],
    // Without types, so that the fields of a part are the keys of a map.
    variables: PARTS.flatMap(({ name, of }) => [
      { name: `${name}Now`, expression: `dyn(object).${of}` },
      { name: `${name}Before`, expression: `dyn(oldObject).${of}` },
    ]),
    validations: [
      ...PARTS.map(unchanged),
      ...["containers", "initContainers"].map((list) => ({
        expression: sameContainers(list),
        message: `a deployer may change images and replicas and restart, but nothing else of ${list}`,
      })),
      ...["containers", "initContainers"].map((list) => ({
        expression: sameRepositories(list),
        message:
          `a deployer may take another tag or digest of an image of ${list}, but not another image: it would ` +
          "read what the program reads, and reach what it reaches",
      })),
    ],
  });
}

function unchanged({ name, of, free }: Part): Record<string, string> {
  const [now, before] = [`variables.${name}Now`, `variables.${name}Before`];
  const place = of.replace(/\.\?(\w+)\.orValue.*$/, ".$1");
  const changed =
    `${now}.filter(k, !(k in ${list(free)}) && !(k in ${before} && ${before}[k] == ${now}[k])) + ` +
    `${before}.filter(k, !(k in ${list(free)}) && !(k in ${now}))`;
  return {
    expression: `size(${changed}) == 0`,
    messageExpression: `'a deployer may change images and replicas and restart, but not ' + ` +
      `(${changed}).map(k, string(k)).join(', ') + ' of ${place}'`,
  };
}

/** The same containers by name, each with the same fields and values but for its image. */
function sameContainers(list: string): string {
  const of = (when: string): string => `variables.pod${when}.?${list}.orValue([])`;
  const kept = (one: string, other: string): string =>
    `${one}.all(k, k == 'image' || (k in ${other} && ${other}[k] == ${one}[k]))`;
  return `size(${of("Now")}) == size(${of("Before")}) && ${of("Now")}.all(c, ${of("Before")}.exists(o, ` +
    `o.name == c.name && ${kept("c", "o")} && o.all(k, k in c)))`;
}

/** An image reference without its tag and digest; only before the first slash a colon is that of a registry's port. */
const REPOSITORY = "find('^([^/@]+/)*[^:/@]+')";

function sameRepositories(list: string): string {
  const of = (when: string): string => `variables.pod${when}.?${list}.orValue([])`;
  const repository = (container: string): string => `string(${container}.?image.orValue('')).${REPOSITORY}`;
  return `${of("Now")}.all(c, ${of("Before")}.exists(o, o.name == c.name && ` +
    `${repository("c")} == ${repository("o")}))`;
}

function list(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(", ")}]`;
}
