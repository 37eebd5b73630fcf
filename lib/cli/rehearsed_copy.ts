/** Makes a rehearsal's copy of a stack and starts it in the engine; what is live goes on. */
import { join } from "node:path";
import type { Project } from "../../compose/project.ts";
import { yamlOutput } from "../diagnostics/yaml_output.ts";
import { type Diagnostic, Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { composeUp } from "../docker/compose_up.ts";
import { listContainers } from "../docker/containers.ts";
import type { KnownEngine } from "../docker/engines.ts";
import { plannedObjects } from "../migration/step.ts";
import { readBindSources } from "../rehearsal/bind_sources.ts";
import { copiedDecisions } from "../rehearsal/copied_decisions.ts";
import { type CopiedPlaces, copiedPlaces } from "../rehearsal/copied_places.ts";
import { copiedProject } from "../rehearsal/copied_project.ts";
import { copyDirectories } from "../rehearsal/copy_directories.ts";
import { emptyVolumes } from "../rehearsal/empty_volumes.ts";
import { holdStill } from "../rehearsal/hold_still.ts";
import { locateVolumes } from "../rehearsal/locate_volumes.ts";
import { reachesLive } from "../rehearsal/reaches.ts";
import type { Rehearsal } from "../rehearsal/remains.ts";
import { variablesFor } from "../rehearsal/running_engine.ts";
import { untilServing } from "../rehearsal/until_serving.ts";
import type { CommandOptions } from "./command.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a copy is made of. */
export interface CopyContext {
  readonly rehearsal: Rehearsal;
  readonly stack: PlannedStack;
  /** As its files have it. */
  readonly project: Project;
  readonly kept: readonly string[];
  /** The one that runs the stack, and is to run the copy. */
  readonly known: KnownEngine;
  /** The user's own flags. */
  readonly options: CommandOptions;
  /** Flags by which commands mean the copy. */
  readonly copied: CommandOptions;
  readonly surroundings: Surroundings;
  readonly say: (line: string) => void;
  /** Everything is copied, and nothing of it runs. */
  readonly beforeStart?: () => Promise<void>;
}

/**
 * Copies the directories, writes the files, looks whether anything would reach what is live, and starts the copy.
 *
 * @returns what is to be said of the copies
 * @throws Failure with why nothing can be rehearsed
 */
export async function startCopy(context: CopyContext): Promise<readonly Diagnostic[]> {
  const { rehearsal, known, say, surroundings, project } = context;
  const warnings = await layOutCopy(context);
  const { folder, project: name } = rehearsal;
  const { signal, environment } = surroundings;
  await context.beforeStart?.();
  say(`Starting the copy in ${known.title} as project "${name}"`);
  const failed = await composeUp({
    name,
    folder,
    file: join(folder, "compose.yaml"),
    environment: variablesFor(known, environment),
    signal,
  });
  if (failed !== undefined) {
    throw new Failure(ExitCode.failed, [failed === "absent" ? noCompose() : notStarted(failed.said)]);
  }
  const idle = await untilServing(known.engine, { copy: name, live: project.name }, signal);
  if (idle.length > 0) throw new Failure(ExitCode.failed, idle);
  return warnings;
}

/** All of it but the start: nothing runs. @throws Failure */
export async function layOutCopy(context: CopyContext): Promise<readonly Diagnostic[]> {
  const places = await placesOf(context);
  const warnings = [...emptyVolumes(places, context.known.title), ...await copyAll(places, context)];
  if (hasErrors(warnings)) throw new Failure(ExitCode.failed, warnings);
  await writeFiles(places, context);
  await refuseReaching(context);
  return warnings;
}

async function placesOf({ project, kept, known, rehearsal: { folder } }: CopyContext): Promise<CopiedPlaces> {
  const [located, sources] = await Promise.all([
    locateVolumes(known.engine, project),
    readBindSources(project),
  ]);
  return copiedPlaces(project, kept, { located, sources }, folder);
}

async function copyAll(
  { copies, volumes }: CopiedPlaces,
  context: CopyContext,
): Promise<readonly Diagnostic[]> {
  const { rehearsal: { folder }, surroundings: { signal }, known, options, say } = context;
  for (const directory of volumes.values()) {
    if (directory !== undefined) await Deno.mkdir(directory, { recursive: true });
  }
  const containers = options["pause"] === true ? await listContainers(known) : undefined;
  return await copyDirectories(copies, {
    folder,
    signal,
    say: ({ from, to }) => say(`Copying ${from} to ${to}`),
    ...(containers === undefined ? {} : {
      hold: <T>(path: string, work: () => Promise<T>) =>
        holdStill(path, containers, { engine: known.engine, folder }, work),
    }),
  });
}

/** Nobody else reads them: they hold what the stack's own files hold. */
async function writeFiles(places: CopiedPlaces, context: CopyContext): Promise<void> {
  const { rehearsal: { folder }, stack, project, kept, options } = context;
  const { decisions, conversion } = stack;
  const isOnline = options["online"] === true;
  const compose = copiedProject(project, { folder, kept, places, isOnline });
  const namespace = conversion?.namespace ?? project.name;
  const decided = copiedDecisions({ project, decisions, namespace, kept, places, folder, isOnline });
  for (const [name, value] of [["compose.yaml", compose], ["decisions.yaml", decided]] as const) {
    await Deno.writeTextFile(
      join(folder, name),
      yamlOutput(value, { lineWidth: 0, aliasDuplicateObjects: false }),
      {
        mode: 0o600,
      },
    );
  }
}

/** @throws Failure (3) where the copy cannot be planned, or something of it would write where the stack lies */
async function refuseReaching({ copied, surroundings, rehearsal }: CopyContext): Promise<void> {
  const { plan, inFiles: project, diagnostics, sources } = await planStack(copied, surroundings);
  if (plan === undefined || project === undefined) throw new Failure(ExitCode.input, diagnostics, sources);
  const objects = plan.migrations.flatMap(plannedObjects).map(({ object }) => object);
  const reaching = await reachesLive({ project, objects }, rehearsal);
  if (reaching.length > 0) throw new Failure(ExitCode.input, reaching);
}

function noCompose(): Diagnostic {
  return {
    code: "cli-no-compose",
    severity: "error",
    message: "There is no docker compose here, which is needed to start the copy",
    hint: "Install its plugin, or docker-compose, on this machine",
  };
}

function notStarted(said: string): Diagnostic {
  const lines = said.split("\n").filter((line) => line.trim() !== "").slice(-5);
  return {
    code: "run-rehearsal-not-served",
    severity: "error",
    message: `docker compose did not start the copy: ${lines.join("; ")}`,
    hint: "Fix what it names; if a database refuses its copied directory, try --pause or a quiet hour",
  };
}
