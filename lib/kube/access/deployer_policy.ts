/**
 * Holds deployers to images, replicas and restarts. RBAC alone cannot: whoever may change a pod template may mount any
 * Secret of the namespace into it and read it there.
 */
import type { KubeObject } from "../object.ts";
import { policyAgainst } from "./policy.ts";

/** What `kubectl rollout restart` sets in the template. */
const RESTARTED = "kubectl.kubernetes.io/restartedAt";
/** Written by the server itself with every change. */
const WRITTEN_BY_SERVER = ["generation", "managedFields", "resourceVersion"];

const ONLY = "a deployer may change images and replicas and restart, but nothing else of";

/** The policy and its binding to one namespace; operators and controllers are not deployers and not concerned. */
export function deployerPolicy(namespace: string): KubeObject[] {
  const [now, before] = ["object", "oldObject"];
  const template = (side: string): string => `${side}.spec.template`;
  return policyAgainst(namespace, `${namespace}-deployer`, {
    rule: {
      apiGroups: ["apps"],
      apiVersions: ["v1"],
      operations: ["UPDATE"],
      resources: ["deployments", "statefulsets", "daemonsets"],
    },
    validations: [
      {
        expression: differsOnlyIn(`${now}.metadata`, `${before}.metadata`, WRITTEN_BY_SERVER),
        message: `${ONLY} the workload's own metadata`,
      },
      {
        expression: differsOnlyIn(`${now}.spec`, `${before}.spec`, ["replicas", "template"]),
        message: `${ONLY} the workload`,
      },
      {
        expression: differsOnlyIn(template(now), template(before), ["metadata", "spec"]),
        message: `${ONLY} the pod template`,
      },
      {
        expression: `(${metadataOf(template(now))}).all(m, (${metadataOf(template(before))}).all(o, ` +
          `${differsOnlyIn("m", "o", ["annotations"])} && ` +
          `${annotations("m")}.all(a, ${annotations("o")}.all(b, ${differsOnlyIn("a", "b", [RESTARTED])}))))`,
        message: `${ONLY} the pods' labels and annotations`,
      },
      {
        expression: differsOnlyIn(`${template(now)}.spec`, `${template(before)}.spec`, [
          "containers",
          "initContainers",
        ]),
        message: `${ONLY} the pod`,
      },
      ...["containers", "initContainers"].map((list) => ({
        expression: sameContainers(`${template(now)}.spec`, `${template(before)}.spec`, list),
        message: `${ONLY} ${list}`,
      })),
    ],
  });
}

/**
 * Whether two maps are the same but for these keys, whatever fields a version of Kubernetes has. `dyn`, because a
 * field of a known type is no map for CEL's type check.
 */
function differsOnlyIn(now: string, before: string, keys: readonly string[]): string {
  const allowed = JSON.stringify(keys);
  const side = (one: string, other: string): string =>
    `dyn(${one}).all(k, k in ${allowed} || k in dyn(${other}) && dyn(${one})[k] == dyn(${other})[k])`;
  return `${side(now, before)} && ${side(before, now)}`;
}

/** The metadata of a template as a list of one, as CEL has no variables inside of an expression. */
function metadataOf(template: string): string {
  return `has(${template}.metadata) ? [dyn(${template}.metadata)] : [dyn({})]`;
}

function annotations(metadata: string): string {
  return `('annotations' in ${metadata} ? [dyn(${metadata}['annotations'])] : [dyn({})])`;
}

function sameContainers(now: string, before: string, list: string): string {
  return `has(${now}.${list}) == has(${before}.${list}) && (!has(${now}.${list}) || ` +
    `(size(${now}.${list}) == size(${before}.${list}) && ${now}.${list}.all(c, ` +
    `${before}.${list}.exists(o, o.name == c.name && ${differsOnlyIn("c", "o", ["image"])}))))`;
}
