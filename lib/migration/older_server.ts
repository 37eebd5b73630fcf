/** What the plan says to servers that do not know all of its fields yet. */
import { podWithHostLines } from "../kube/workload/host_lines.ts";
import { type Json, record } from "../values/json.ts";
import type { PlannedObject } from "../kube/object.ts";
import { type Plan, plannedObjects, type Step } from "./step.ts";

/** The first minor version of Kubernetes 1 whose pods have a `hostnameOverride` unless it is switched off (KEP 4762). */
export const HOSTNAME_OVERRIDE_SINCE = 35;

/**
 * The plan for a server before that: the name of a pod is a line of its hosts file, with the loopback address, for
 * nothing knows the pod's own before it starts.
 */
export function forOlderServer(plan: Plan): Plan {
  return {
    ...plan,
    migrations: plan.migrations.map((migration) => ({
      ...migration,
      steps: migration.steps.map(withoutOverride),
    })),
  };
}

/** Whether servers of every version that is supported take the plan as it is. */
export function isForAnyServer({ migrations }: Plan): boolean {
  return migrations.flatMap(plannedObjects).every((planned) => plain(planned) === planned);
}

function withoutOverride(step: Step): Step {
  switch (step.kind) {
    case "apply":
      return { ...step, objects: step.objects.map(plain) };
    case "job":
      return { ...step, object: plain(step.object) };
    default:
      return step;
  }
}

function plain(planned: PlannedObject): PlannedObject {
  const spec = record(planned.object["spec"]);
  const changed = spec === undefined ? undefined : withPlainPod(spec);
  return changed === undefined ? planned : { ...planned, object: { ...planned.object, spec: changed } };
}

/** Undefined where its pod has no such name. A CronJob has a Job's spec within its own. */
function withPlainPod(spec: Json): Json | undefined {
  const key = spec["jobTemplate"] === undefined ? "template" : "jobTemplate";
  const template = record(spec[key]);
  const inner = record(template?.["spec"]);
  if (template === undefined || inner === undefined) return undefined;
  const changed = key === "jobTemplate" ? withPlainPod(inner) : podWithHostLines(inner);
  return changed && { ...spec, [key]: { ...template, spec: changed } };
}
