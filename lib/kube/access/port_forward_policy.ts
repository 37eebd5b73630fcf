/**
 * Keeps those who may not read Secrets from forwarding ports of programs that say who somebody is: their
 * administrative API asks for no login, and whoever reaches it can make a login with the role of an operator.
 */
import { label } from "../names.ts";
import type { KubeObject } from "../object.ts";
import { policyAgainst } from "./policy.ts";

/** Controllers cut the name of a workload before they add to it; no shorter than this (names.SimpleNameGenerator). */
const KEPT = 47;

/**
 * The policy for the pods of these services. A request to connect to a pod tells its name alone, so that is what is
 * judged; a service whose name begins with that of a guarded one is guarded as well.
 */
export function portForwardPolicy(namespace: string, guarded: readonly string[]): KubeObject[] {
  const prefixes = JSON.stringify(guarded.map((service) => `${label(service)}-`.slice(0, KEPT)).sort());
  return policyAgainst(namespace, `${namespace}-port-forward`, {
    rule: {
      apiGroups: [""],
      apiVersions: ["v1"],
      operations: ["CONNECT"],
      resources: ["pods/portforward"],
    },
    validations: [{
      expression: `!${prefixes}.exists(prefix, request.name.startsWith(prefix))`,
      message: "ports of a program that says who somebody is are forwarded by operators alone",
    }],
  });
}
