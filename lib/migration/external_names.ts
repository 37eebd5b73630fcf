/** Whether Traefik may lead to names outside, in the values of its chart: what a cluster has of it stays. */
import type { KubeObject, PlannedObject } from "../kube/object.ts";
import { record } from "../values/json.ts";
import { type Plan, plannedObjects, type Step } from "./step.ts";

const ALLOWED = /^ *allowExternalNameServices: true$/m;
/** The line of the values behind which the permission stands. */
const LINE_BEFORE = /^( *)allowEmptyServices: true$/m;

/** The texts of a chart's values: of the Traefik that k3s brings, or for one's own. */
const PLACES = { HelmChartConfig: ["spec", "valuesContent"], ConfigMap: ["data", "values.yaml"] } as const;

/** Whether the values that an object holds allow it; undefined where it holds none of Traefik's. */
export function allowsExternalNames({ kind, ...object }: KubeObject): boolean | undefined {
  const [section, key] = kind === "HelmChartConfig" || kind === "ConfigMap" ? PLACES[kind] : [];
  const text = section === undefined ? undefined : record(object[section])?.[key];
  return typeof text === "string" && LINE_BEFORE.test(text) ? ALLOWED.test(text) : undefined;
}

/** The object of the plan whose values do not allow it; nothing where there is none, or where they do. */
export function closedValues({ migrations }: Plan): KubeObject | undefined {
  return migrations.flatMap(plannedObjects).map(({ object }) => object)
    .find((object) => allowsExternalNames(object) === false);
}

/** The plan with values that allow it, the same text as an earlier version wrote: another one restarts Traefik. */
export function withExternalNames(plan: Plan): Plan {
  const allow = (step: Step): Step =>
    step.kind === "apply" ? { ...step, objects: step.objects.map(allowing) } : step;
  return {
    ...plan,
    migrations: plan.migrations.map((migration) => ({ ...migration, steps: migration.steps.map(allow) })),
  };
}

function allowing(planned: PlannedObject): PlannedObject {
  const { object } = planned;
  if (allowsExternalNames(object) !== false) return planned;
  const [section, key] = PLACES[object.kind as keyof typeof PLACES];
  const texts = record(object[section]) ?? {};
  const text = String(texts[key]).replace(LINE_BEFORE, "$&\n$1allowExternalNameServices: true");
  return { ...planned, object: { ...object, [section]: { ...texts, [key]: text } } };
}
