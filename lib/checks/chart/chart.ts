/** A Helm chart as its files say it: names, default values, schema, and what its templates read. */
import { parse } from "yaml";
import { list, record } from "../../values/json.ts";
import { type ValueReads, valueReads } from "./value_reads.ts";

/** Texts by their path in the chart, archives of subcharts unpacked under `charts/`. */
export type ChartFiles = ReadonlyMap<string, string>;

/** A dependency that Chart.yaml or `charts/` has; its values stand under its name. */
export interface Subchart {
  readonly name: string;
  /** Absent where `charts/` does not hold it. */
  readonly chart?: Chart;
}

export interface Chart {
  readonly name: string;
  readonly version: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly reads: ValueReads;
  readonly subcharts: readonly Subchart[];
  /** Paths that switch dependencies on and off. */
  readonly switches: readonly (readonly string[])[];
}

/** Why these files are no chart. */
export class ChartError extends Error {}

/** Reads the chart. @throws ChartError where a file that Helm needs is missing or cannot be read. */
export function readChart(files: ChartFiles): Chart {
  const about = mapOf(files, "Chart.yaml");
  if (about === undefined) throw new ChartError("it has no Chart.yaml");
  const values = mapOf(files, "values.yaml") ?? {};
  const schema = mapOf(files, "values.schema.json");
  const dependencies = [about, mapOf(files, "requirements.yaml")].flatMap((source) =>
    list(source?.["dependencies"])
  );
  const inside = insideCharts(files);
  const templates = [
    ...templatesOf(files),
    // Named templates of a library run with the values of the chart that includes them.
    ...[...inside.values()].filter(isLibrary).flatMap(templatesOf),
    ...textsIn(values).filter((text) => text.includes("{{")),
  ];
  return {
    name: String(about["name"] ?? ""),
    version: String(about["version"] ?? ""),
    values,
    ...(schema === undefined ? {} : { schema }),
    reads: valueReads(templates),
    subcharts: subchartsOf(dependencies, inside),
    switches: dependencies.flatMap(switchesOf),
  };
}

function subchartsOf(
  dependencies: readonly Record<string, unknown>[],
  inside: ReadonlyMap<string, ChartFiles>,
): Subchart[] {
  const declared = dependencies.map((dependency): Subchart => {
    const name = String(dependency["name"] ?? "");
    const files = inside.get(name);
    return {
      name: String(dependency["alias"] ?? name),
      ...(files === undefined ? {} : { chart: readChart(files) }),
    };
  });
  const named = new Set(dependencies.map(({ name }) => String(name)));
  const undeclared = [...inside].filter(([name]) => !named.has(name))
    .map(([name, files]): Subchart => ({ name, chart: readChart(files) }));
  return [...declared, ...undeclared];
}

/** `condition: a.b,c.d` and `tags:`, which stand under `tags` in the values. */
function switchesOf(dependency: Readonly<Record<string, unknown>>): string[][] {
  const condition = typeof dependency["condition"] === "string" ? dependency["condition"].split(",") : [];
  const tags = Array.isArray(dependency["tags"]) ? dependency["tags"].map(String) : [];
  return [
    ...condition.map((path) => path.trim().split(".")).filter(([first]) => first !== ""),
    ...tags.map((tag) => ["tags", tag]),
  ];
}

function insideCharts(files: ChartFiles): Map<string, ChartFiles> {
  const charts = new Map<string, Map<string, string>>();
  for (const [path, text] of files) {
    const [folder, name, ...rest] = path.split("/");
    if (folder !== "charts" || name === undefined || rest.length === 0) continue;
    const chart = charts.get(name) ?? new Map<string, string>();
    charts.set(name, chart.set(rest.join("/"), text));
  }
  return new Map([...charts].filter(([, chart]) => chart.has("Chart.yaml")));
}

function isLibrary(files: ChartFiles): boolean {
  return mapOf(files, "Chart.yaml")?.["type"] === "library";
}

function templatesOf(files: ChartFiles): string[] {
  return [...files].filter(([path]) => path.startsWith("templates/")).map(([, text]) => text);
}

function mapOf(files: ChartFiles, path: string): Record<string, unknown> | undefined {
  const text = files.get(path);
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = parse(text, { merge: true });
  } catch {
    throw new ChartError(`its ${path} is not valid YAML`);
  }
  return record(parsed);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
