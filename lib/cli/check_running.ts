/** Asks an engine what runs of a stack, and compares it with the files. */
import { resolve } from "node:path";
import type { Project } from "../../compose/project.ts";
import { compareRunning } from "../checks/running/report.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { composeHashes } from "../docker/compose_hashes.ts";
import { EngineError } from "../docker/engine.ts";
import type { Engines } from "../docker/engines.ts";
import { readRunning } from "../docker/read_running.ts";
import type { InputOptions } from "./options.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Findings about what runs; nothing where no engine answers. What keeps an engine from answering is said by whoever
 * asked it for its images.
 */
export async function checkRunning(
  { inFiles: project, decisions }: PlannedStack,
  options: InputOptions,
  { environment, directory }: Pick<Surroundings, "environment" | "directory">,
  engines: Engines,
): Promise<readonly Diagnostic[]> {
  const engine = engines.known[0]?.engine;
  if (project === undefined || engine === undefined) return [];
  try {
    const seen = await readRunning(engine, project);
    const hashes = await composeHashes(seen.containers, {
      project,
      environment,
      envFiles: (options.envFile ?? []).map((file) => resolve(directory, file)),
      profiles: options.profile ?? [],
    });
    const compose = composeCommand(project, options, directory);
    return compareRunning({ project, decisions, compose }, hashes === undefined ? seen : { ...seen, hashes });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [];
  }
}

/** As somebody types it where the user is. */
export function composeCommand(
  { composeFiles, workingDir }: Project,
  options: InputOptions,
  directory: string,
): string {
  const isHere = workingDir === directory && options.file === undefined;
  const flags = [
    ...(isHere ? [] : composeFiles.flatMap((file) => ["-f", file])),
    ...(options.projectName === undefined ? [] : ["-p", options.projectName]),
    ...(options.envFile ?? []).flatMap((file) => ["--env-file", file]),
    ...(options.profile ?? []).flatMap((profile) => ["--profile", profile]),
  ];
  return ["docker compose", ...flags.map(shellWord)].join(" ");
}
