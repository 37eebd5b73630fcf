/** Which folders a command works on: `--stack`, several of them, or all projects of a folder. */
import { join, resolve } from "node:path";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";

/** Where compose looks for its file. */
const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/** As the flags are parsed. */
export interface StackFlags {
  readonly stack?: readonly string[];
  readonly stacks?: string;
}

/**
 * The folders in the order of the flags, those of `--stacks` after them by name, each once.
 * @param directory where the user is
 * @throws Failure (2) where the folder of `--stacks` has no project
 */
export async function stackFolders(
  { stack = [], stacks }: StackFlags,
  directory: string,
): Promise<readonly string[]> {
  const below = stacks === undefined ? [] : await projectsBelow(resolve(directory, stacks));
  if (stacks !== undefined && below.length === 0) {
    throw new Failure(ExitCode.usage, [withoutProjects(stacks)]);
  }
  const seen = new Set<string>();
  return [...stack, ...below].filter((folder) => {
    const path = resolve(directory, folder);
    return !seen.has(path) && seen.add(path);
  });
}

async function projectsBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isFile, isSymlink } of Deno.readDir(folder)) {
      if (isFile || name.startsWith(".")) continue;
      const path = join(folder, name);
      if ((!isSymlink || (await Deno.stat(path)).isDirectory) && await isProject(path)) found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

async function isProject(folder: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(folder)) if (COMPOSE_FILES.includes(name)) return true;
  return false;
}

function withoutProjects(folder: string): Failure["diagnostics"][number] {
  return {
    code: "cli-no-projects",
    severity: "error",
    message: `No folder below "${folder}" has a compose file`,
    hint: "Name the folder whose folders are the projects, or each project with --stack",
  };
}
