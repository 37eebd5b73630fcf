/**
 * The fence on the server's side. A run proves its right before each request, but a request that it had begun to
 * send when its machine froze arrives after it wakes, when another run may have taken over. So every object carries
 * the epoch of the run that sends it, and the API server refuses an epoch that is older than the fence: a number on
 * the target's Namespace, which whoever takes over raises first.
 */
import type { KubeObject } from "../kube/object.ts";
import {
  EPOCH_ANNOTATION,
  FENCE_ANNOTATION,
  FENCE_MANAGER,
  FIELD_MANAGER,
  OWNER_LABEL,
} from "./record_names.ts";

const API = "admissionregistration.k8s.io/v1";

/**
 * A ValidatingAdmissionPolicy over the objects of one target, and its binding to that target's Namespace. It judges
 * this program's own requests alone: what people, controllers and other tools do is none of its business. Where it
 * cannot be evaluated it lets pass (`Ignore`), because the record's compare-and-swap holds without it.
 *
 * The Namespace is its parameter because who makes such a policy must be allowed to read all objects of that kind,
 * and because the API server does not find Leases as parameters (seen with 1.36).
 */
export function fencePolicy(namespace: string): readonly KubeObject[] {
  const name = `${namespace}-fence`;
  const numberOn = (object: string, annotation: string): string =>
    `int(${object}.metadata.?annotations[?'${annotation}'].orValue('0'))`;
  const sender = "request.?options.?fieldManager.orValue('')";
  return [
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Ignore",
        paramKind: { apiVersion: "v1", kind: "Namespace" },
        matchConstraints: {
          objectSelector: { matchLabels: { [OWNER_LABEL]: namespace } },
          resourceRules: [{
            apiGroups: ["*"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE"],
            resources: ["*"],
          }],
        },
        matchConditions: [
          {
            name: "sent-by-a-run",
            expression: `${sender} in ['${FIELD_MANAGER}', '${FENCE_MANAGER}']`,
          },
          // The selector also matches what another target takes over, such as a StorageClass that both have.
          {
            name: "for-this-target",
            expression: `object.metadata.?labels[?'${OWNER_LABEL}'].orValue('') == '${namespace}'`,
          },
        ],
        validations: [{
          expression: `(${sender} == '${FENCE_MANAGER}' ? ${numberOn("object", FENCE_ANNOTATION)} : ` +
            `${numberOn("object", EPOCH_ANNOTATION)}) >= ${numberOn("params", FENCE_ANNOTATION)}`,
          message: "another run took over the lock since this was sent",
          reason: "Forbidden",
        }],
      },
    },
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        paramRef: { name: namespace, parameterNotFoundAction: "Allow" },
        validationActions: ["Deny"],
      },
    },
  ];
}
