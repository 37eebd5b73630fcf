/** Policies of the API server that hold those who may not read a namespace's Secrets to less than RBAC can say. */
import type { KubeObject } from "../object.ts";

const API = "admissionregistration.k8s.io/v1";

/** What is judged, and by which expressions of CEL; a request that breaks one is refused with its message. */
export interface Judgement {
  readonly rule: Readonly<
    Record<"apiGroups" | "apiVersions" | "operations" | "resources", readonly string[]>
  >;
  readonly validations: readonly { readonly expression: string; readonly message: string }[];
}

/** The policy and its binding to one namespace. Who may read the Secrets there, and controllers, are not concerned. */
export function policyAgainst(
  namespace: string,
  name: string,
  { rule, validations }: Judgement,
): KubeObject[] {
  return [
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: [rule] },
        matchConditions: [{
          name: "may-not-read-secrets",
          expression:
            "!authorizer.group('').resource('secrets').namespace(request.namespace).check('get').allowed()",
        }],
        validations,
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
