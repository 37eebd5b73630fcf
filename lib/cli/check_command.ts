/** `check`: everything worth knowing before the move. Asks a Docker Engine where one runs, and a cluster where one is named. */
import { type Diagnostic, Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import type { Engines } from "../docker/engines.ts";
import { checkHostJobs } from "../checks/host_jobs/check.ts";
import { verdictsOf } from "../checks/verdicts.ts";
import { fold } from "../report/fold.ts";
import { renderNetworks } from "../report/networks_text.ts";
import { renderVerdicts } from "../report/verdict_text.ts";
import { preflight } from "../run/preflight.ts";
import { networksView } from "../views/networks.ts";
import { asRecorded } from "./as_recorded.ts";
import { renderImages } from "../report/image_text.ts";
import type { ImageSight } from "../run/images/look.ts";
import { readCharts } from "./charts.ts";
import { checkCharts } from "./check_charts.ts";
import { checkRunning } from "./check_running.ts";
import { enginesOf, type ImagesSeen, jsonOf, seeImages } from "./image_moves.ts";
import { checkInUse } from "./docker_in_use.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { readHostFiles } from "./host_files.ts";
import { checkManifests } from "./k3s_manifests.ts";
import { describeStack } from "./write_session.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";
import { describeTarget, findTarget, withTarget } from "./target.ts";
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
  const cluster = await checkCluster(read, options, surroundings, terminal, engines);
  const { stack = read } = cluster;
  if (engines.known.length === 0 && options.output !== "json" && isComparable(stack)) {
    terminal.err("No Docker Engine answers here: what runs is not compared with the files\n");
  }
  const running = await checkRunning(stack, options, surroundings, engines);
  const images = cluster.images ?? await imagesInEngine(stack, surroundings, engines);
  const diagnostics = [
    ...stack.diagnostics,
    ...running,
    ...images.diagnostics,
    ...host.diagnostics,
    ...(stack.project === undefined ? [] : checkHostJobs(stack.project, stack.decisions, host.files)),
    ...cluster.diagnostics,
    ...stack.plan === undefined ? [] : await checkManifests(stack.plan),
    ...await checkCharts(charts, stack, surroundings),
  ];
  const sources = new Map([
    ...stack.sources,
    ...host.files.map(({ path, text }) => [path, text] as const),
  ]);
  printFindings(diagnostics, stack, sources, terminal, options, images.sight);
  const isUnanswered = options["strict"] === true &&
    diagnostics.some(({ severity }) => severity === "question");
  return cluster.exitCode ?? (hasErrors(diagnostics) || isUnanswered ? ExitCode.input : ExitCode.ok);
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
  return await seeImages(stack, surroundings, engines);
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
      `${JSON.stringify({ schemaVersion: 1, diagnostics, services, networks, ...jsonOf(images) })}\n`,
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

interface ClusterFindings {
  /** The stack as the cluster has it recorded. */
  readonly stack?: PlannedStack;
  readonly diagnostics: readonly Diagnostic[];
  /** With what its node has. */
  readonly images?: ImagesSeen;
  /** Only where the cluster could not be asked. */
  readonly exitCode?: number;
}

/** Whether the run could work in the cluster that the flags name; nothing where they name none. */
async function checkCluster(
  read: PlannedStack,
  options: CommandOptions,
  surroundings: Surroundings,
  terminal: Terminal,
  engines: Engines,
): Promise<ClusterFindings> {
  const { plan, conversion } = read;
  const isNamed = [options.kubeconfig, options.context, options.embedded].some((flag) => flag !== undefined);
  if (!isNamed || plan === undefined || conversion === undefined) {
    return { diagnostics: await checkInUse(read, surroundings) };
  }
  try {
    const target = await findTarget(options, surroundings, terminal, true);
    if (target === undefined) return { diagnostics: [] };
    return await withTarget(target, async () => {
      terminal.err(`${describeTarget(target, conversion.namespace)}\n`);
      const { client } = target;
      const stack = await asRecorded(read, client);
      const images = target.embedded ? undefined : await seeImages(stack, surroundings, engines, client);
      const diagnostics = [
        ...await preflight(client, stack.plan ?? plan, conversion.namespace),
        ...await checkInUse(stack, surroundings, client),
      ];
      return { stack, diagnostics, ...(images === undefined ? {} : { images }) };
    });
  } catch (error) {
    // What was found in the files is worth showing all the same.
    if (error instanceof Failure) return { diagnostics: error.diagnostics, exitCode: error.exitCode };
    throw error;
  }
}
