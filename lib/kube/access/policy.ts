/** A ValidatingAdmissionPolicy that holds in one namespace, with its binding. */
import type { KubeObject } from "../object.ts";

const API = "admissionregistration.k8s.io/v1";

/** Concerns only whoever may not read the Secrets of the namespace; so operators and administrators are free of it. */
export const MAY_NOT_READ_SECRETS = {
  name: "may-not-read-secrets",
  expression: "!authorizer.group('').resource('secrets').namespace(request.namespace).check('get').allowed()",
};

/** `spec` is that of the policy, which refuses where it cannot be asked. */
export function policyIn(
  namespace: string,
  name: string,
  spec: Readonly<Record<string, unknown>>,
): KubeObject[] {
  return [
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: { failurePolicy: "Fail", ...spec },
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

/** The API server cuts what comes before the random end of a pod's name: k8s.io/apiserver/pkg/storage/names. */
const LONGEST_BEGIN = 58;

/** How the names of a workload's pods begin: a connection is known by the name of its pod alone. */
export function beginOfPods(workload: string): string {
  return `${workload}-`.slice(0, LONGEST_BEGIN);
}
