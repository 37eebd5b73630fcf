/**
 * Holds deployers to images, replicas and restarts. RBAC alone cannot: whoever may change a pod template may mount any
 * Secret of the namespace into it and read it there.
 */
import type { KubeObject } from "../object.ts";

const API = "admissionregistration.k8s.io/v1";

/** Parts of a pod template that stay as they are, each compared where either side has it. */
const POD_FIELDS = [
  "volumes",
  "serviceAccountName",
  "automountServiceAccountToken",
  "hostNetwork",
  "hostPID",
  "hostIPC",
  "securityContext",
  "nodeName",
  "nodeSelector",
  "affinity",
  "hostAliases",
];

const CONTAINER_FIELDS = [
  "name",
  "command",
  "args",
  "env",
  "envFrom",
  "ports",
  "volumeMounts",
  "volumeDevices",
  "securityContext",
  "lifecycle",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
];

/** The policy and its binding to one namespace; operators and controllers are not deployers and not concerned. */
export function deployerPolicy(namespace: string): KubeObject[] {
  const name = `${namespace}-deployer`;
  const pod = "object.spec.template.spec";
  const before = "oldObject.spec.template.spec";
  return [
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [{
            apiGroups: ["apps"],
            apiVersions: ["v1"],
            operations: ["UPDATE"],
            resources: ["deployments", "statefulsets", "daemonsets"],
          }],
        },
        // Whoever may not read the Secrets shall not reach them by a changed pod.
        matchConditions: [{
          name: "may-not-read-secrets",
          expression:
            "!authorizer.group('').resource('secrets').namespace(request.namespace).check('get').allowed()",
        }],
        validations: [
          ...POD_FIELDS.map((field) => unchanged(`${pod}`, `${before}`, field, "the pod")),
          ...["containers", "initContainers"].map((list) => ({
            expression: sameContainers(pod, before, list),
            message: `a deployer may change images and replicas and restart, but nothing else of ${list}`,
          })),
        ],
      },
    },
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        matchResources: {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        },
      },
    },
  ];
}

function unchanged(now: string, before: string, field: string, what: string): Record<string, string> {
  return {
    expression: same(now, before, field),
    message: `a deployer may change images and replicas and restart, but not ${field} of ${what}`,
  };
}

function same(now: string, before: string, field: string): string {
  return `has(${now}.${field}) == has(${before}.${field}) && ` +
    `(!has(${now}.${field}) || ${now}.${field} == ${before}.${field})`;
}

function sameContainers(now: string, before: string, list: string): string {
  const fields = CONTAINER_FIELDS.filter((field) => field !== "name")
    .map((field) => `(${same("c", "o", field)})`).join(" && ");
  return `has(${now}.${list}) == has(${before}.${list}) && (!has(${now}.${list}) || ` +
    `(size(${now}.${list}) == size(${before}.${list}) && ${now}.${list}.all(c, ` +
    `${before}.${list}.exists(o, o.name == c.name && ${fields}))))`;
}
