/** What is said of networks where their services are not kept apart. */
import { at, type Context } from "../stack/context.ts";
import type { Reach } from "../stack/reach.ts";

/** Nothing where the networks have policies: then it is as in Docker. */
export function checkNetworks(context: Context, reach: Reach): void {
  if (reach.isolated) return;
  const { decisions, movedWithoutPolicies } = context;
  if (movedWithoutPolicies === true && decisions.networkPolicies === undefined) {
    context.report({
      code: "kube-network-policies",
      severity: "question",
      message:
        "The cluster has this stack without network policies: its services reach each other whatever networks they are " +
        "on, and so do other projects",
      hint:
        "Add to decisions.yaml: networkPolicies: true, which separates them as Docker does and restarts only programs " +
        "on networks that other projects have, too; or networkPolicies: false",
    });
  }
  for (const { key, services, internal } of reach.networks) {
    if (!internal) continue;
    context.report({
      code: "kube-network-open",
      severity: "warning",
      message: `Network "${key}" is internal, and without network policies ${
        services.map((name) => `"${name}"`).join(", ")
      } ${services.length === 1 ? "reaches" : "reach"} what is outside`,
      ...at(context.project, ["networks", key, "internal"]),
      hint: "Add to decisions.yaml: networkPolicies: true",
    });
  }
  for (const name of reach.alone) {
    context.report({
      code: "kube-network-open",
      severity: "warning",
      message: `Service "${name}" has no network in compose, and without network policies its pod has one`,
      ...at(context.project, ["services", name, "network_mode"]),
      hint: "Add to decisions.yaml: networkPolicies: true",
    });
  }
}
