/** The objects of a plan that hold values for a chart, by the name that `--chart` gives. */
import { parse } from "yaml";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { record } from "../../values/json.ts";
import type { KubeObject, PlannedObject } from "../../kube/object.ts";

export interface ChartTarget {
  /** By which `--chart` names it: the service, else the object. */
  readonly name: string;
  /** The name of the object. */
  readonly release: string;
  readonly kind: string;
  /** Where the chart's objects come to be. */
  readonly namespace: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The broker whose place the chart takes. */
  readonly service?: string;
  readonly source?: Span;
}

/** Every HelmChart, HelmChartConfig and ConfigMap with a `values.yaml` that is planned. */
export function chartTargets(planned: readonly PlannedObject[]): ChartTarget[] {
  return planned.flatMap(({ object, service, source }): ChartTarget[] => {
    const text = valuesText(object);
    if (text === undefined) return [];
    const { name, namespace = "default" } = object.metadata;
    const target = record(object["spec"])?.["targetNamespace"];
    return [{
      name: object.kind === "HelmChart" ? service ?? name : name,
      release: name,
      kind: object.kind,
      namespace: typeof target === "string" ? target : namespace,
      values: record(parse(text)) ?? {},
      ...(service === undefined ? {} : { service }),
      ...(source === undefined ? {} : { source }),
    }];
  });
}

function valuesText(object: KubeObject): string | undefined {
  const isHelm = object.kind === "HelmChart" || object.kind === "HelmChartConfig";
  const isMap = object.kind === "ConfigMap";
  const text = isHelm
    ? record(object["spec"])?.["valuesContent"]
    : isMap
    ? record(object["data"])?.["values.yaml"]
    : undefined;
  return typeof text === "string" ? text : undefined;
}
