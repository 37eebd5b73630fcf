/** `check`: everything worth knowing before the move. Talks to no cluster; asks a Docker Engine where one runs. */
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { checkHostJobs } from "../kube/checks/host_jobs.ts";
import { readCharts } from "./charts.ts";
import { checkCharts } from "./check_charts.ts";
import { ExitCode } from "./exit_code.ts";
import { gather } from "./gather.ts";
import { readHostFiles } from "./host_files.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { CommandOptions } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints every finding with its place; errors end with `ExitCode.input`. */
export async function check(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  // The edge: repeatable flags, as `append` collects them.
  const hostFiles = await readHostFiles((options["hostFile"] ?? []) as readonly string[], surroundings);
  const charts = await readCharts((options["chart"] ?? []) as readonly string[], surroundings);
  const gathered = await gather(options, surroundings, { measure: true });
  const diagnostics = [
    ...gathered.diagnostics,
    ...(gathered.project === undefined ? [] : checkHostJobs(gathered.project, hostFiles)),
    ...await checkCharts(charts, gathered, surroundings),
  ];
  const sources = new Map([...gathered.sources, ...hostFiles.map(({ path, text }) => [path, text] as const)]);
  printDiagnostics(diagnostics, { terminal, options, sources, isResult: true });
  return hasErrors(diagnostics) ? ExitCode.input : ExitCode.ok;
}
