/** Pods that wait for each other: compose refuses that of services, and services that are put into one pod can come to it. */
import { at, type Context, decided, isSkipped } from "../../stack/context.ts";
import type { PodGroups } from "../../stack/pod_groups.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

/** One service waits until another one in another pod is healthy. */
interface Wait {
  readonly service: string;
  readonly other: string;
}

/** Says each circle of pods, of which none would ever start. */
export function reportCircles(context: Context, groups: PodGroups): void {
  if (groups.members.size === 0) return;
  const waits = Map.groupBy(waitsOf(context, groups), ({ service }) => groups.hostOf(service));
  const known = new Set<string>();
  for (const pod of waits.keys()) {
    const circle = known.has(pod) ? undefined : wayBack(waits, groups, pod);
    const [first] = circle ?? [];
    if (circle === undefined || first === undefined) continue;
    for (const { service } of circle) known.add(groups.hostOf(service));
    const steps = circle.map(({ service, other }) => {
      const host = groups.hostOf(other);
      return `"${service}" for "${other}"${host === other ? "" : ` in the pod of "${host}"`}`;
    });
    context.report({
      code: "kube-network-mode",
      severity: "error",
      message: `A pod is ready only when all its programs are, and these pods wait for each other: ${
        steps.join(", ")
      }`,
      ...at(context.project, ["services", first.service, "depends_on", first.other]),
      hint: `Let one start without waiting: services: { ${yamlWord(first.service)}: { waitFor: false } }`,
    });
  }
}

function waitsOf({ project, decisions }: Context, groups: PodGroups): Wait[] {
  return Object.values(project.services).filter(({ name }) =>
    !isSkipped(decisions, name) && decided(decisions, name).waitFor !== false
  ).flatMap(({ name: service, depends_on: needed }) =>
    Object.entries(needed ?? {}).flatMap(([other, { condition }]): Wait[] =>
      condition === "service_healthy" && !isSkipped(decisions, other) &&
        groups.hostOf(other) !== groups.hostOf(service)
        ? [{ service, other }]
        : []
    )
  );
}

/** The waits that lead from a pod to itself; undefined where none do. */
function wayBack(
  waits: ReadonlyMap<string, readonly Wait[]>,
  groups: PodGroups,
  start: string,
): readonly Wait[] | undefined {
  const seen = new Set<string>();
  const from = (pod: string): readonly Wait[] | undefined => {
    for (const wait of waits.get(pod) ?? []) {
      const next = groups.hostOf(wait.other);
      if (next === start) return [wait];
      if (seen.has(next)) continue;
      seen.add(next);
      const rest = from(next);
      if (rest !== undefined) return [wait, ...rest];
    }
    return undefined;
  };
  return from(start);
}
