/** `check`: everything worth knowing before the move. Asks a Docker Engine where one runs, and a cluster where one is named. */
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import type { Engines } from "../docker/engines.ts";
import { checkHostJobs } from "../checks/host_jobs/check.ts";
import { verdictsOf } from "../checks/verdicts.ts";
import { fold } from "../report/fold.ts";
import { renderNetworks } from "../report/networks_text.ts";
import { renderVerdicts } from "../report/verdict_text.ts";
import { networksView } from "../views/networks.ts";
import { imageJson, renderImages } from "../report/image_text.ts";
import type { ImageSight } from "../run/images/look.ts";
import { readCharts } from "./charts.ts";
import type { Checking, ClusterFindings } from "./check_cluster.ts";
import { enginesOf } from "./engines_of.ts";
import type { ImagesSeen } from "./image_moves.ts";
import { checkInUse } from "./check_in_use.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { readHostFiles } from "./host_files.ts";
import { checkManifests } from "./k3s_manifests.ts";
import { describeStack } from "./describe_stack.ts";
import { printDiagnostics, toPaste } from "./print_diagnostics.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";

/** Prints every finding with its place; errors end with `ExitCode.input`, a cluster that cannot be used with its own code. */
export async function check(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  // The edge: repeatable flags, as `append` collects them.
  const host = await readHostFiles((options["hostFile"] ?? []) as readonly string[], surroundings.directory);
  const charts = await readCharts((options["chart"] ?? []) as readonly string[], surroundings);
  const read = await planStack(options, surroundings, { measure: true });
  if (options.output !== "json" && read.project !== undefined) {
    const line = describeStack(read, options.stack === undefined);
    terminal.err(`${terminal.errIsTerminal ? fold(line, terminal.columns) : line}\n`);
  }
  using engines = await enginesOf(read, surroundings);
  const cluster = await checkNamed(read, { options, surroundings, terminal, engines });
  const { stack = read } = cluster;
  if (engines.known.length === 0 && options.output !== "json" && isComparable(stack)) {
    terminal.err("No Docker Engine answers here: what runs is not compared with the files\n");
  }
  const running = engines.known.length === 0
    ? []
    : await (await import("./check_running.ts")).checkRunning(stack, options, surroundings, engines);
  const images = cluster.images ?? await imagesInEngine(stack, surroundings, engines);
  const diagnostics = [
    ...stack.diagnostics,
    ...running,
    ...images.diagnostics,
    ...host.diagnostics,
    ...(stack.project === undefined ? [] : checkHostJobs(stack.project, stack.decisions, host.files)),
    ...cluster.diagnostics,
    ...stack.plan === undefined ? [] : await checkManifests(stack.plan),
    ...charts.length === 0
      ? []
      : await (await import("./check_charts.ts")).checkCharts(charts, stack, surroundings),
  ].map((one) => toPaste(one, options));
  const sources = new Map([
    ...stack.sources,
    ...host.files.map(({ path, text }) => [path, text] as const),
  ]);
  printFindings(diagnostics, stack, sources, terminal, options, images.sight);
  const isUnanswered = options["strict"] === true &&
    diagnostics.some(({ severity }) => severity === "question");
  return cluster.exitCode ?? (hasErrors(diagnostics) || isUnanswered ? ExitCode.input : ExitCode.ok);
}

/** What the cluster that the flags name says to it; where they name none, what is in use on this machine. */
async function checkNamed(read: PlannedStack, checking: Checking): Promise<ClusterFindings> {
  const { plan, conversion } = read;
  const { kubeconfig, context, embedded } = checking.options;
  const isNamed = [kubeconfig, context, embedded].some((flag) => flag !== undefined);
  if (!isNamed || plan === undefined || conversion === undefined) {
    return { diagnostics: await checkInUse(read, checking.surroundings) };
  }
  const { checkCluster } = await import("./check_cluster.ts");
  return await checkCluster(read, plan, conversion.namespace, checking);
}

function isComparable({ project, decisions }: PlannedStack): boolean {
  return project !== undefined && decisions.engine !== "none";
}

/** Where images are, as far as an engine tells; without one nothing is known. */
async function imagesInEngine(
  stack: PlannedStack,
  surroundings: Surroundings,
  engines: Engines,
): Promise<ImagesSeen> {
  if (engines.known.length === 0) return { sight: { images: [] }, diagnostics: [] };
  return await (await import("./image_moves.ts")).seeImages(stack, surroundings, engines);
}

/** What was found, and what becomes of each service; as one document with `-o json`. */
function printFindings(
  diagnostics: readonly Diagnostic[],
  { project, conversion, facts }: PlannedStack,
  sources: ReadonlyMap<string, string>,
  terminal: Terminal,
  options: CommandOptions,
  images: ImageSight,
): void {
  const moved = new Set(
    [...conversion?.services.values() ?? []].flatMap(({ name, kind }) => kind === "none" ? [] : [name]),
  );
  const services = project === undefined ? [] : verdictsOf(project, moved, diagnostics);
  const networks = facts === undefined ? undefined : networksView(facts);
  if (options.output === "json") {
    terminal.out(
      `${JSON.stringify({ schemaVersion: 1, diagnostics, services, networks, ...imageJson(images) })}\n`,
    );
    return;
  }
  printDiagnostics(diagnostics, { terminal, options, sources, isResult: true });
  const text = [
    renderImages(images),
    renderVerdicts(services, { colour: terminal.outColour }),
    networks === undefined ? "" : renderNetworks(networks),
  ].join("");
  terminal.out(terminal.outIsTerminal ? fold(text, terminal.columns) : text);
}
