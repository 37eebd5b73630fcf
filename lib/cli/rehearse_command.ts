/** `rehearse`: the whole crossing on a copy of the stack, there and back; what is live goes on, and nothing is left. */
import { dirname, join, resolve } from "node:path";
import type { Project } from "../../compose/project.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { findEngines, type KnownEngine } from "../docker/engines.ts";
import { plannedObjects } from "../migration/step.ts";
import { askingsOf } from "../rehearsal/askings.ts";
import { readBindSources } from "../rehearsal/bind_sources.ts";
import { rehearsalName } from "../rehearsal/copied_project.ts";
import { copiedServices } from "../rehearsal/copied_services.ts";
import { atRest, Crowd } from "../rehearsal/crowd.ts";
import {
  findRemains,
  letGoHeld,
  markNamespace,
  type Rehearsal,
  removeRemains,
} from "../rehearsal/remains.ts";
import { holdFolder, makeFolder, refuseRunning } from "../rehearsal/running_rehearsal.ts";
import type { CommandOptions } from "./command.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { engineOf, withEngines } from "./rehearsal_engine.ts";
import { concludeRehearsal } from "./rehearsal_outcome.ts";
import { startCopy } from "./rehearsed_copy.ts";
import { moveThereAndBack, type Rehearsed } from "./rehearsed_moves.ts";
import { noCluster, refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import {
  confirmTarget,
  describeTarget,
  findTarget,
  refuseUnanswered,
  type Target,
  withTarget,
} from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { tidied } from "./tidied.ts";

/** Everything that one rehearsal works with. */
interface Stage {
  readonly options: CommandOptions;
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  readonly stack: PlannedStack;
  /** As its files have it. */
  readonly project: Project;
  readonly target: Target;
  readonly rehearsal: Rehearsal;
}

/**
 * Ends with `ExitCode.failed` where a service did not move or did not come back, and where anything of the copy could not
 * be taken away.
 */
export async function rehearse(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const stack = await planStack(options, surroundings);
  const { inFiles: project, conversion } = stack;
  if (project === undefined || conversion === undefined) return refuse(stack);
  using engines = await findEngines(surroundings.environment);
  const place = {
    folder: folderOf(stack, project, options, surroundings),
    project: rehearsalName(project.name),
    namespace: rehearsalName(conversion.namespace),
    engines: engines.known.map(({ engine }) => engine),
  };
  await refuseRunning(place.folder);
  return await withEngines(async () => {
    // Before all that may end it, as somebody waits to be served.
    for (const name of await letGoHeld(place)) {
      terminal.err(`Container ${name}, which an earlier rehearsal had paused, goes on\n`);
    }
    const isClean = options["clean"] === true;
    if (!isClean && stack.plan === undefined) return refuse(stack);
    const target = await findTarget(options, surroundings, terminal, false);
    if (target === undefined) throw new Failure(ExitCode.cluster, [noCluster()]);
    if (target.embedded) throw new Failure(ExitCode.usage, [simulated()]);
    return await withTarget(target, async () => {
      const rehearsal: Rehearsal = { ...place, client: target.client };
      terminal.err(`${describeTarget(target, rehearsal.namespace)}\n`);
      const stage: Stage = { options, surroundings, terminal, stack, project, target, rehearsal };
      return isClean
        ? await clean(stage)
        : await perform(stage, await engineOf(engines, stack.decisions, project.name));
    });
  });
}

/** Beside the stack, on its own disk, and hidden: `--stacks` takes no folder that begins with a dot. */
function folderOf(
  { directory }: PlannedStack,
  { name }: Project,
  options: CommandOptions,
  surroundings: Surroundings,
): string {
  const { copies } = options;
  const parent = typeof copies === "string" ? resolve(surroundings.directory, copies) : dirname(directory);
  return join(parent, `.${rehearsalName(name)}`);
}

function simulated(): Diagnostic {
  return {
    code: "run-rehearsal-simulated",
    severity: "error",
    message: "The embedded cluster only simulates pods: its times say nothing about the move",
    hint: "Name the cluster that the stack moves to: --kubeconfig, --context",
  };
}

async function clean(stage: Stage): Promise<number> {
  const { rehearsal, terminal, options } = stage;
  refuseUnanswered(stage.target, options["yes"] === true, terminal);
  const remains = await findRemains(rehearsal);
  if (remains.length > 0 && !isConfirmed(stage, `Remove ${remains.join(", ")}?`)) return ExitCode.ok;
  await removeHeld(stage);
  if (options.output === "json") {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, type: "rehearsal-cleaned", removed: remains })}\n`);
  } else {
    terminal.out(
      remains.length === 0 ? "Nothing of a rehearsal is left.\n" : `Removed: ${remains.join(", ")}\n`,
    );
  }
  return ExitCode.ok;
}

/** Removes what is left while nobody else can begin. @throws Failure (5) where another rehearsal runs */
async function removeHeld({ rehearsal, project }: Stage): Promise<void> {
  using _held = await holdFolder(rehearsal.folder) ?? await makeFolder(rehearsal.folder, project.name);
  await removeRemains(rehearsal);
}

function isConfirmed({ target, options, terminal }: Stage, question: string): boolean {
  if (confirmTarget(target, question, options["yes"] === true, terminal)) return true;
  terminal.err("Nothing was changed.\n");
  return false;
}

async function perform(stage: Stage, known: KnownEngine): Promise<number> {
  const { rehearsal, terminal, options, target, surroundings, project } = stage;
  refuseUnanswered(target, options["yes"] === true, terminal);
  const question =
    `Rehearse the crossing in namespace "${rehearsal.namespace}", with a copy in "${rehearsal.folder}"?`;
  if (!isConfirmed(stage, question)) return ExitCode.ok;
  const before = await findRemains(rehearsal);
  if (before.length > 0) {
    terminal.err(`Removing what an earlier rehearsal left: ${before.join(", ")}\n`);
    await removeHeld(stage);
  }
  const services = copiedServices(project, await readBindSources(project));
  using _held = await makeFolder(rehearsal.folder, project.name);
  const rehearsed = await tidied(
    () =>
      withEngines(async () => {
        await markNamespace(rehearsal);
        return await play(stage, known, services.kept);
      }),
    () => options["keep"] === true ? Promise.resolve() : withEngines(() => tidy(stage)),
    (left) => {
      if (typeof left === "string") terminal.err(`${left}\n`);
      else printDiagnostics(left.diagnostics, { terminal, options, sources: left.sources });
    },
  );
  if (surroundings.signal.aborted) return ExitCode.interrupted;
  return await concludeRehearsal({
    directory: stage.stack.directory,
    project: project.name,
    engine: known.engine,
    client: target.client,
    rehearsed,
    services,
  }, stage);
}

/** The copy is started, moved and taken back. */
async function play(stage: Stage, known: KnownEngine, kept: readonly string[]): Promise<Rehearsed> {
  const { rehearsal, terminal, options, surroundings, stack, project } = stage;
  const say = (line: string): void => terminal.err(`${line}\n`);
  const own: Surroundings = Object.create(surroundings, {
    environment: { value: variablesOf(project, surroundings.environment) },
  });
  const copied = flagsOfCopy(options, rehearsal);
  const crowd = new Crowd();
  try {
    const { signal } = surroundings;
    let before: number | undefined;
    const warnings = await startCopy({
      ...stage,
      known,
      kept,
      copied,
      surroundings: own,
      say,
      beforeStart: async () => void (before = await crowd.atRest(signal)),
    });
    printDiagnostics(warnings, { terminal, options: { ...options, output: "text" } });
    const resting = atRest(before, await crowd.atRest(signal));
    say("Moving the copy to the cluster, and back");
    const objects = (stack.plan?.migrations ?? []).flatMap(plannedObjects).map(({ object }) => object);
    return await moveThereAndBack({
      copied,
      surroundings: own,
      terminal,
      askings: askingsOf(objects, project, kept, stack.conversion?.ports ?? new Map()),
      sides: rehearsal,
      crowd,
      resting,
    });
  } finally {
    await crowd.end();
  }
}

/** The shell's, and what secrets and configs are made of; none that would name compose other files than the copy's. */
function variablesOf(
  { secrets, configs, environment }: Project,
  shell: Surroundings["environment"],
): Surroundings["environment"] {
  const named = [...Object.values(secrets), ...Object.values(configs)].flatMap(({ environment: name }) => {
    const value = name === undefined ? undefined : environment[name];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  const kept = Object.entries(shell).filter(([name]) => !/^COMPOSE_(?!FERRY_)/.test(name));
  return Object.fromEntries([...named, ...kept]);
}

/** The same cluster and the same scripts; everything else is in the copy's own files. */
function flagsOfCopy(options: CommandOptions, { folder }: Rehearsal): CommandOptions {
  const { kubeconfig, context, embedded, migrations } = options;
  return {
    stack: folder,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(embedded === undefined ? {} : { embedded }),
    ...(migrations === undefined ? {} : { migrations }),
    lockTimeout: options["lockTimeout"],
    output: "json",
    color: false,
    yes: true,
  };
}

/** Whatever happened: what was made goes, and it is looked once more. @throws Failure (1) where something is left */
async function tidy({ rehearsal, terminal }: Stage): Promise<void> {
  terminal.err("Taking the copy away\n");
  await removeRemains(rehearsal);
  const left = await findRemains(rehearsal);
  if (left.length === 0) {
    terminal.err(
      "Nothing of the copy is left: no container, network, volume, namespace, policy, volume of the cluster or folder\n",
    );
    return;
  }
  throw new Failure(ExitCode.failed, [stillThere(left)]);
}

function stillThere(left: readonly string[]): Diagnostic {
  return {
    code: "run-rehearsal-remains",
    severity: "error",
    message: `Of the copy is left: ${left.join(", ")}`,
    hint: "Run it again with --clean",
  };
}
