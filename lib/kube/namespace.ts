/** The namespace with its Pod Security level, and what keeps one app from taking the whole machine. */
import type { Context } from "../stack/context.ts";
import type { PlannedObject } from "./object.ts";
import { resourceRequirements } from "./workload/resources.ts";

type Level = "privileged" | "baseline" | "restricted";

/** Why a workload needs more than a level allows. */
export interface PrivilegeNeed {
  readonly service: string;
  readonly why: string;
  /** The level that admits it. */
  readonly level: "privileged" | "baseline";
}

const LEVELS: readonly Level[] = ["restricted", "baseline", "privileged"];

/**
 * The namespace, a LimitRange and, where decided, a ResourceQuota.
 *
 * @param labels of the namespace, besides its level
 */
export function namespaceObjects(
  context: Context,
  needs: readonly PrivilegeNeed[],
  labels: Readonly<Record<string, string>> = {},
): PlannedObject[] {
  const { namespace, decisions } = context;
  if (isReserved(namespace)) reportReserved(context);
  const proposed: Level = needs.some((need) => need.level === "privileged") ? "privileged" : "baseline";
  const level = decisions.podSecurity ?? proposed;
  const refused = needs.filter((need) => LEVELS.indexOf(need.level) > LEVELS.indexOf(level));
  if (refused.length > 0) reportRefused(context, refused, level);
  const defaults = resourceRequirements({
    requestCpu: "10m",
    requestMemory: "32Mi",
    ...decisions.limits?.default,
  });
  return [
    {
      object: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: namespace,
          labels: {
            "pod-security.kubernetes.io/enforce": level,
            "pod-security.kubernetes.io/enforce-version": "latest",
            ...labels,
          },
        },
      },
    },
    {
      object: {
        apiVersion: "v1",
        kind: "LimitRange",
        metadata: { name: "defaults", namespace },
        spec: {
          limits: [{
            type: "Container",
            ...(defaults["limits"] === undefined ? {} : { default: defaults["limits"] }),
            ...(defaults["requests"] === undefined ? {} : { defaultRequest: defaults["requests"] }),
          }],
        },
      },
    },
    ...quota(context),
  ];
}

/**
 * Whether the namespace is the cluster's own, which would be limited along with the stack. The prefix is reserved:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
 */
function isReserved(namespace: string): boolean {
  return namespace === "default" || namespace.startsWith("kube-");
}

function reportReserved({ namespace, decisions, project, report }: Context): void {
  const span = decisions.namespace === undefined ? project.span(["name"]) : decisions.span(["namespace"]);
  report({
    code: "kube-namespace-reserved",
    severity: "error",
    message:
      `Namespace "${namespace}" belongs to the cluster itself, and a stack in it would limit what runs there`,
    ...(span === undefined ? {} : { span }),
    hint: "Write another one into decisions.yaml, such as: namespace: my-stack",
  });
}

function quota({ namespace, decisions }: Context): PlannedObject[] {
  const hard = Object.entries(decisions.limits?.quota ?? {}).map(([name, value]) => [name, String(value)]);
  if (hard.length === 0) return [];
  return [{
    object: {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota", namespace },
      spec: { hard: Object.fromEntries(hard) },
    },
  }];
}

function reportRefused(context: Context, needs: readonly PrivilegeNeed[], level: Level): void {
  const span = context.decisions.span(["podSecurity"]);
  const admitting = needs.some((need) => need.level === "privileged") ? "privileged" : "baseline";
  const services = [...Map.groupBy(needs, ({ service }) => service)];
  context.report({
    code: "kube-pod-security",
    severity: "error",
    message: `Pod Security "${level}" refuses ${
      services.map(([service, own]) => `"${service}" (${own.map(({ why }) => why).join("; ")})`).join(", ")
    }`,
    ...(span === undefined ? {} : { span }),
    hint: admitting === "baseline"
      ? "Restrict these services in the compose file, or set podSecurity: baseline"
      : "Set podSecurity: privileged, or leave those services out",
  });
}
