/** Values that a chart does not read: Helm ignores them without a word, or its schema refuses them. */
import { nearest } from "../../diagnostics/nearest.ts";
import { record } from "../../values/json.ts";
import type { Chart } from "./chart.ts";
import { schemaAnswer } from "./values_schema.ts";
import { ANY } from "./value_reads.ts";

/** One value, at the highest place that the chart does not know. */
export interface UnreadValue {
  readonly path: readonly string[];
  /** Refused by the chart's schema, so that nothing is installed; else ignored. */
  readonly isRefused: boolean;
  /** The path that was probably meant. */
  readonly suggestion?: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;

/** All values of `values` that the chart neither has among its own nor reads. */
export function unreadValues(chart: Chart, values: Values): UnreadValue[] {
  return [...walk(chart, values, [])];
}

function* walk(chart: Chart, values: Values, above: readonly string[]): Generator<UnreadValue> {
  for (const [key, value] of Object.entries(values)) {
    const path = [...above, key];
    const subchart = above.length === 0 ? chart.subcharts.find(({ name }) => name === key) : undefined;
    const inside = record(value);
    if (subchart !== undefined) {
      if (subchart.chart === undefined || inside === undefined) continue;
      for (const unread of unreadValues(subchart.chart, inside)) {
        const told = below(key, unread);
        if (!isSwitch(chart, told.path)) yield told;
      }
      continue;
    }
    // Null takes a default away before the schema looks at it.
    const isRefused = value !== null && schemaAnswer(chart.schema, path) === "refused";
    if (isRefused || !isKnown(chart, path)) {
      const suggestion = suggested(chart, path);
      yield { path, isRefused, ...(suggestion === undefined ? {} : { suggestion }) };
    } else if (inside !== undefined) yield* walk(chart, inside, path);
  }
}

function below(key: string, unread: UnreadValue): UnreadValue {
  return {
    ...unread,
    path: [key, ...unread.path],
    ...(unread.suggestion === undefined ? {} : { suggestion: [key, ...unread.suggestion] }),
  };
}

function isKnown(chart: Chart, path: readonly string[]): boolean {
  return path[0] === "global" || hasDefault(chart.values, path) || isRead(chart, path) ||
    isSwitch(chart, path) || schemaAnswer(chart.schema, path) === "known";
}

function isSwitch(chart: Chart, path: readonly string[]): boolean {
  return chart.switches.some((read) => matches(read, path));
}

/** In the chart's own values, or below one that is open there: `{}` or nothing. */
function hasDefault(values: Values, path: readonly string[]): boolean {
  let inside: unknown = values;
  for (const [index, key] of path.entries()) {
    const map = record(inside);
    if (index > 0 && (inside === null || (map !== undefined && Object.keys(map).length === 0))) return true;
    if (map === undefined || !Object.hasOwn(map, key)) return false;
    inside = map[key];
  }
  return true;
}

function isRead(chart: Chart, path: readonly string[]): boolean {
  return chart.reads.paths.some(({ path: read, whole }) =>
    matches(read, path) && (read.length >= path.length || whole)
  );
}

/** As far as both go. */
function matches(read: readonly string[], path: readonly string[]): boolean {
  return read.slice(0, path.length).every((key, index) => key === ANY || key === path[index]);
}

/** A dotted key written as Helm reads it, or the nearest name beside it. */
function suggested(chart: Chart, path: readonly string[]): readonly string[] | undefined {
  const above = path.slice(0, -1);
  const last = path.at(-1) ?? "";
  const nested = [...above, ...last.split(".")];
  if (last.includes(".") && isKnown(chart, nested)) return nested;
  const near = nearest(last, namesAt(chart, above));
  return near === undefined || near === last ? undefined : [...above, near];
}

function namesAt(chart: Chart, above: readonly string[]): Set<string> {
  let inside: unknown = chart.values;
  for (const key of above) inside = record(inside)?.[key];
  const read = chart.reads.paths.flatMap(({ path }) =>
    path.length > above.length && matches(path.slice(0, above.length), above)
      ? [path[above.length] ?? ""]
      : []
  );
  const subcharts = above.length === 0 ? chart.subcharts.map(({ name }) => name) : [];
  return new Set(
    [...Object.keys(record(inside) ?? {}), ...read, ...subcharts].filter((name) => name !== ANY),
  );
}
