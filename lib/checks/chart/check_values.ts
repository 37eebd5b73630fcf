/** Findings about values that a chart does not read, each with the place of the operator's own where it is theirs. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { record } from "../../values/json.ts";
import type { Chart } from "./chart.ts";
import type { ChartTarget } from "./target.ts";
import { type UnreadValue, unreadValues } from "./unread_values.ts";

/** One finding for each value: an error where the chart's schema refuses it, else a warning. */
export function checkValues(target: ChartTarget, chart: Chart, decisions: Decisions): Diagnostic[] {
  const title = `${chart.name} ${chart.version}`;
  return unreadValues(chart, target.values).map((unread): Diagnostic => {
    const own = ownPlace(target, unread.path, decisions);
    const span = own === undefined ? undefined : decisions.span(own);
    const where = own === undefined
      ? `of ${target.kind} "${target.name}"`
      : `in decision "${own.slice(0, 4).join(".")}"`;
    return {
      code: "kube-chart-value",
      severity: unread.isRefused ? "error" : "warning",
      message: `Value "${pathText(unread.path)}" ${where} is ${
        unread.isRefused ? `refused by the schema of chart ${title}` : `not read by chart ${title}`
      }`,
      ...(span === undefined ? {} : { span }),
      hint: hint(unread, own !== undefined),
    };
  });
}

function hint({ suggestion, isRefused }: UnreadValue, isOwn: boolean): string {
  if (suggestion !== undefined) return `Did you mean "${pathText(suggestion)}"?`;
  if (isOwn) return isRefused ? "Remove it: Helm installs nothing" : "Remove it: Helm ignores it";
  return `The values made here are for another version of the chart; see docs/charts.md for those that were looked at`;
}

/** `a.b`, keys that hold a dot in quotes; a suggestion that only nests them is thereby told apart. */
function pathText(path: readonly string[]): string {
  return path.map((key) => key.includes(".") ? `'${key}'` : key).join(".");
}

/** The path in the decisions, where the operator's own values hold this one. */
function ownPlace(
  { service }: ChartTarget,
  path: readonly string[],
  decisions: Decisions,
): readonly string[] | undefined {
  if (service === undefined) return undefined;
  let inside: unknown = decisions.brokers?.[service]?.chart?.values;
  for (const key of path) {
    const map = record(inside);
    if (map === undefined || !Object.hasOwn(map, key)) return undefined;
    inside = map[key];
  }
  return ["brokers", service, "chart", "values", ...path];
}
