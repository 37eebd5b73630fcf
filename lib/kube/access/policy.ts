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
