/**
 * Pods that nobody connects to who may not read Secrets. A forwarded port reaches what a program offers to its own
 * machine alone: the administrative API of an identity server, by which somebody makes a login that counts as an
 * operator; a PostgreSQL of the official image, whose superuser needs no password there and runs programs; and every
 * port of the node's 127.0.0.1 in a pod on the host's network.
 */
import type { Decisions } from "../../decisions/decisions.ts";
import type { Conversion } from "../conversion.ts";
import { type KubeObject, podSpec } from "../object.ts";
import { beginOfPods, MAY_NOT_READ_SECRETS, policyIn } from "./policy.ts";
import { isPostgresServer } from "./postgres_server.ts";

/** The workloads whose pods are closed, by name. */
export function closedWorkloads(
  conversion: Conversion,
  { identity = {}, databases = {} }: Pick<Decisions, "identity" | "databases"> = {},
): readonly string[] {
  const isServer = (name: string): boolean =>
    Object.hasOwn(identity, name) ||
    (Object.hasOwn(databases, name) && databases[name]?.engine === "postgres");
  const isDecided = (name: string): boolean =>
    isServer(name) ||
    [...conversion.services.values()].some((one) => one.inPodOf === name && isServer(one.name));
  const names = [...conversion.services.values()].flatMap((service) =>
    service.workload.map(({ object }) => object).filter((object) =>
      isDecided(service.name) || isOnHostNetwork(object) || isPostgresServer(service, object)
    ).map(({ metadata }) => metadata.name)
  );
  return [...new Set(names)].toSorted();
}

/** The policy that closes them; nothing where there are none. A connection is known by the name of its pod alone. */
export function closedPodsPolicy(namespace: string, workloads: readonly string[]): KubeObject[] {
  if (workloads.length === 0) return [];
  const begins = workloads.map(beginOfPods);
  const names = begins.map((begin) => `'${begin}'`).join(", ");
  return policyIn(namespace, `${namespace}-closed-pods`, {
    matchConstraints: {
      resourceRules: [{
        apiGroups: [""],
        apiVersions: ["v1"],
        operations: ["CONNECT"],
        resources: ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy"],
      }],
    },
    matchConditions: [MAY_NOT_READ_SECRETS],
    validations: [{
      // A proxied pod is named scheme:name:port.
      expression: `!request.name.split(':').exists(name, [${names}].exists(begin, name.startsWith(begin)))`,
      reason: "Forbidden",
      message:
        `Only who may read Secrets connects to pods of ${workloads.join(", ")}: behind their ports is more ` +
        "than the role gives",
    }],
  });
}

function isOnHostNetwork(workload: KubeObject): boolean {
  return podSpec(workload)?.["hostNetwork"] === true;
}
