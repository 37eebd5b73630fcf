/** `check --chart`: the values of the plan against what the charts read and make of them. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { redact, secretValues } from "../diff/secrets.ts";
import { checkValues } from "../checks/chart/check_values.ts";
import { chartTargets } from "../checks/chart/target.ts";
import { checkRendered } from "../checks/chart/check_rendered.ts";
import type { KubeObject, PlannedObject } from "../kube/object.ts";
import { plannedObjects } from "../migration/step.ts";
import type { GivenChart } from "./charts.ts";
import type { PlannedStack } from "./plan_stack.ts";
import { findHelm, renderChart } from "./helm.ts";
import type { Surroundings } from "./surroundings.ts";

/** Findings about every chart that was given; nothing where none was. */
export async function checkCharts(
  charts: readonly GivenChart[],
  stack: PlannedStack,
  surroundings: Surroundings,
): Promise<Diagnostic[]> {
  if (charts.length === 0) return [];
  if (stack.plan === undefined) {
    return [remark("No chart was checked, because errors prevent a plan", "Fix the errors first")];
  }
  const planned = stack.plan.migrations.flatMap(plannedObjects);
  const helm = await findHelm(surroundings);
  const findings = await Promise.all(
    charts.map((given) => checkChart(given, planned, stack, helm, surroundings)),
  );
  return [...findings.flat(), ...(helm === undefined ? [withoutHelm(surroundings)] : [])];
}

async function checkChart(
  { name, given, path, chart }: GivenChart,
  planned: readonly PlannedObject[],
  { conversion, decisions }: PlannedStack,
  helm: string | undefined,
  surroundings: Surroundings,
): Promise<Diagnostic[]> {
  const targets = chartTargets(planned);
  const target = targets.find((one) => one.name === name);
  if (target === undefined) return [unknownTarget(name, targets.map((one) => one.name))];
  const findings = checkValues(target, chart, decisions);
  if (chart.reads.takesAll) {
    findings.push(remark(
      `Chart ${chart.name} ${chart.version} passes on all of its values at once, so values that it does use may be reported`,
      "Look at its documentation for the values that are reported",
    ));
  }
  if (helm === undefined) return findings;
  const rendering = await renderChart(helm, target, path, surroundings);
  const objects: readonly KubeObject[] = planned.map(({ object }) => object);
  if ("error" in rendering) {
    const said = redact(rendering.error, secretValues(objects));
    return [...findings, {
      code: "kube-chart-render",
      severity: "error",
      message: `Helm cannot render the chart "${given}" with the values of ${target.kind} "${name}": ${said}`,
      hint: `Correct the values, or give the version of the chart that is installed`,
    }];
  }
  return [
    ...findings,
    ...checkRendered(target, rendering.text, {
      objects,
      decisions,
      ...(conversion === undefined ? {} : { conversion }),
    }),
  ];
}

function unknownTarget(name: string, known: readonly string[]): Diagnostic {
  const near = nearest(name, known);
  return {
    code: "kube-chart-unknown",
    severity: "error",
    message: `No object of the plan with the name "${name}" has values for a chart`,
    hint: near !== undefined
      ? `Did you mean "${near}"?`
      : known.length > 0
      ? `There is ${known.join(", ")}`
      : "Charts come from brokers.<service>.chart in decisions.yaml, and from Traefik's static configuration",
  };
}

function withoutHelm({ environment }: Surroundings): Diagnostic {
  const named = environment["HELM"];
  return remark(
    named === undefined || named === ""
      ? "The charts were not rendered, because helm is not on the PATH: only the names of values were checked"
      : `The charts were not rendered, as HELM names no program ("${named}"): only the names of values were checked`,
    "Install helm, or name it with HELM=/path/to/helm, and check again",
  );
}

function remark(message: string, hint: string): Diagnostic {
  return { code: "kube-chart-unchecked", severity: "info", message, hint };
}
