/** Reads Helm charts for `check --chart NAME=PATH`: a folder or an archive, with the archives of subcharts in it. */
import { join, resolve } from "node:path";
import { Failure } from "../diagnostics/diagnostic.ts";
import { type Chart, ChartError, readChart } from "../checks/chart/chart.ts";
import { unpackArchive } from "./chart_archive.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { Surroundings } from "./surroundings.ts";
import { isDirectory, readRegular } from "../files/regular_file.ts";

/** A chart, and the object of the plan whose values are for it. */
export interface GivenChart {
  /** Of the HelmChart, HelmChartConfig or ConfigMap. */
  readonly name: string;
  /** As it was given, for messages. */
  readonly given: string;
  /** Absolute, for Helm. */
  readonly path: string;
  readonly chart: Chart;
}

/** The charts in the order of the flags. What cannot be read is a `Failure`: a check that looked at nothing would mislead. */
export async function readCharts(
  flags: readonly string[],
  surroundings: Surroundings,
): Promise<GivenChart[]> {
  return await Promise.all(flags.map(async (flag) => {
    const [, name, given] = /^([^=]+)=(.+)$/.exec(flag) ?? [];
    if (name === undefined || given === undefined) {
      throw unusable(`Cannot read --chart "${flag}": expected NAME=PATH`);
    }
    const path = resolve(surroundings.directory, given);
    try {
      return { name, given, path, chart: readChart(await chartFiles(path)) };
    } catch (error) {
      throw unusable(`Cannot read the chart "${given}": ${(error as Error).message}`);
    }
  }));
}

function unusable(message: string): Failure {
  return new Failure(ExitCode.usage, [{
    code: "cli-chart",
    severity: "error",
    message,
    hint:
      "Name a chart's folder or archive, such as --chart broker=./rabbitmq-16.1.0.tgz (helm pull gives it)",
  }]);
}

async function chartFiles(path: string): Promise<Map<string, string>> {
  const files = await isDirectory(path)
    ? await folderFiles(path, "")
    : await archiveFiles(await readRegular(path));
  return await texts(files);
}

type Files = Map<string, Uint8Array<ArrayBuffer>>;

/** What Helm reads of a folder; other things may lie beside it. */
async function folderFiles(folder: string, prefix: string): Promise<Files> {
  const files: Files = new Map();
  for await (const { name, isDirectory, isFile } of Deno.readDir(join(folder, prefix))) {
    const path = prefix === "" ? name : `${prefix}/${name}`;
    if (isDirectory && isRead(path)) {
      for (const [inside, bytes] of await folderFiles(folder, path)) files.set(inside, bytes);
    } else if (isFile && isRead(path)) files.set(path, await readRegular(join(folder, path)));
  }
  return files;
}

/** An archive holds one folder, named after the chart. */
async function archiveFiles(bytes: Uint8Array<ArrayBuffer>): Promise<Files> {
  const files: Files = new Map();
  for (const [path, content] of await unpackArchive(bytes)) {
    const inside = path.slice(path.indexOf("/") + 1);
    if (isRead(inside)) files.set(inside, content);
  }
  if (files.size === 0) throw new ChartError("the archive holds no chart");
  return files;
}

function isRead(path: string): boolean {
  return /^(Chart\.yaml|requirements\.yaml|values\.yaml|values\.schema\.json|(templates|charts)(\/.*)?)$/
    .test(path);
}

/** Archives of subcharts become folders of their own name, as Helm takes them. */
async function texts(files: Files): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  for (const [path, bytes] of files) {
    if (!/^(.*\/)?charts\/[^/]+\.tgz$/.test(path)) {
      result.set(path, new TextDecoder().decode(bytes));
      continue;
    }
    const subchart = await texts(await archiveFiles(bytes));
    const name = /^name:\s*["']?([^"'\s]+)/m.exec(subchart.get("Chart.yaml") ?? "")?.[1];
    if (name === undefined) throw new ChartError(`its ${path} is no chart`);
    for (const [inside, text] of subchart) {
      result.set(`${path.slice(0, path.lastIndexOf("/"))}/${name}/${inside}`, text);
    }
  }
  return result;
}
