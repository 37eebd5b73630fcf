/** Whether a service may be served by both sides for a moment: then it starts here before it stops there. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";
import type { Cutover as Step } from "../migration/step.ts";
import { list } from "../values/json.ts";
import { podSpec } from "../kube/object.ts";

/** `services: { NAME: { crossing } }` of `decisions.yaml`. */
export type DecidedCrossing = "exclusive" | "overlap";

/** How it crosses, and what is said where that is not what was decided. */
export interface OverlapVerdict {
  readonly mode: DecidedCrossing;
  readonly refused: readonly Diagnostic[];
}

/**
 * It overlaps where that is decided. Never where one of both sides writes to a directory or takes a port of the machine:
 * these two have one holder.
 */
export function judgeOverlap(
  { service, workload }: Pick<Step, "service" | "workload">,
  active: readonly Pick<ServiceContainer, "name" | "writes" | "ports">[],
  decided: DecidedCrossing | undefined,
): OverlapVerdict {
  if (decided !== "overlap") return { mode: "exclusive", refused: [] };
  const why = whyAlone(workload, active);
  if (why === undefined) return { mode: "overlap", refused: [] };
  return { mode: "exclusive", refused: [notOverlapping(service, why)] };
}

function whyAlone(
  { object }: Step["workload"],
  active: readonly Pick<ServiceContainer, "name" | "writes" | "ports">[],
): string | undefined {
  const writer = active.find(({ writes }) => writes.length > 0);
  if (writer !== undefined) return `container "${writer.name}" writes to ${writer.writes[0]?.sources[0]}`;
  const holder = active.find(({ ports }) => ports.length > 0);
  if (holder !== undefined) return `container "${holder.name}" holds ${holder.ports[0]} of the machine`;
  const pod = podSpec(object);
  if (object.kind === "StatefulSet" || writesToVolume(pod)) return "its pod writes to a volume";
  const takesPort = pod?.["hostNetwork"] === true ||
    list(pod?.["containers"]).some((one) =>
      list(one["ports"]).some(({ hostPort }) => hostPort !== undefined)
    );
  return takesPort ? "its pod takes a port of the node" : undefined;
}

/** Memory and configuration are each pod's own. */
function writesToVolume(pod: Record<string, unknown> | undefined): boolean {
  const kept = new Set(
    list(pod?.["volumes"]).filter((one) => one["persistentVolumeClaim"] ?? one["hostPath"])
      .map(({ name }) => name),
  );
  return [...list(pod?.["initContainers"]), ...list(pod?.["containers"])].some((container) =>
    list(container["volumeMounts"]).some(({ name, readOnly }) => kept.has(name) && readOnly !== true)
  );
}

function notOverlapping(service: string, why: string): Diagnostic {
  return {
    code: "run-not-overlapping",
    severity: "warning",
    message:
      `Service "${service}" cannot start in the cluster before it stops in Docker: ${why}, which only one side may do`,
    hint: `To move it in this way without this warning: services: { ${
      yamlWord(service)
    }: { crossing: exclusive } }`,
  };
}
