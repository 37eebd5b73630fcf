/**
 * Pods that nobody connects to who may not read Secrets. A forwarded port reaches what a program offers to its own
 * machine alone: the administrative API of an identity server, by which somebody makes a login that counts as an
 * operator; a PostgreSQL of the official image, whose superuser needs no password there and runs programs; and every
 * port of the node's 127.0.0.1 in a pod on the host's network.
 */
import type { Conversion } from "../conversion.ts";
import { record } from "../json.ts";
import { imageRepository } from "../../stack/known_images.ts";
import type { KubeObject } from "../object.ts";
import { MAY_NOT_READ_SECRETS, policyIn } from "./policy.ts";

/** The API server cuts what comes before the random end of a pod's name: k8s.io/apiserver/pkg/storage/names. */
const LONGEST_BEGIN = 58;

/** The workloads whose pods are closed, by name. */
export function closedWorkloads(
  conversion: Conversion,
  identity: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  const names = [...conversion.services.values()].flatMap(({ name, workload }) =>
    workload.map(({ object }) => object).filter((object) =>
      Object.hasOwn(identity, name) || isOnHostNetwork(object) || trustsItself(object)
    ).map(({ metadata }) => metadata.name)
  );
  return [...new Set(names)].toSorted();
}

/** The policy that closes them; nothing where there are none. A connection is known by the name of its pod alone. */
export function closedPodsPolicy(namespace: string, workloads: readonly string[]): KubeObject[] {
  if (workloads.length === 0) return [];
  const begins = workloads.map((name) => `${name}-`.slice(0, LONGEST_BEGIN));
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

/** `host all all 127.0.0.1/32 trust` in the pg_hba.conf that the image makes, and those that build on it. */
const TRUSTING = /(^|\/)(postgres|postgis|pgvector|pgvecto-rs|timescaledb)(-ha)?$/;

function trustsItself(workload: KubeObject): boolean {
  const containers = podSpec(workload)?.["containers"];
  return Array.isArray(containers) && containers.some((container) => {
    const image = record(container)?.["image"];
    return typeof image === "string" && TRUSTING.test(imageRepository(image));
  });
}

function podSpec(workload: KubeObject): Readonly<Record<string, unknown>> | undefined {
  return record(record(record(workload["spec"])?.["template"])?.["spec"]);
}
