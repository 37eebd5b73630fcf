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
 * @throws Failure (2) where the folder of `--stacks` has no project, is none, or cannot be read
 */
export async function stackFolders(
  { stack = [], stacks }: StackFlags,
  directory: string,
): Promise<readonly string[]> {
  const below = stacks === undefined ? [] : await projectsBelow(stacks, resolve(directory, stacks));
  if (stacks !== undefined && below.length === 0) {
    throw new Failure(ExitCode.usage, [withoutProjects(stacks)]);
  }
  const seen = new Set<string>();
  return [...stack, ...below].filter((folder) => {
    const path = resolve(directory, folder);
    return !seen.has(path) && seen.add(path);
  });
}

async function projectsBelow(written: string, folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) if (!name.startsWith(".")) names.push(name);
  } catch (error) {
    throw new Failure(ExitCode.usage, [unreadable(written, error)]);
  }
  const paths = names.sort().map((name) => join(folder, name));
  const isProject = await Promise.all(paths.map(hasComposeFile));
  return paths.filter((_, index) => isProject[index]);
}

/** What is no folder has none, and neither has a link that leads nowhere; one entry hides no other. */
async function hasComposeFile(folder: string): Promise<boolean> {
  const found = COMPOSE_FILES.map((name) =>
    Deno.stat(join(folder, name)).then(({ isFile }) => isFile, () => false)
  );
  return (await Promise.all(found)).includes(true);
}

function unreadable(folder: string, error: unknown): Failure["diagnostics"][number] {
  const why = error instanceof Deno.errors.NotFound
    ? "there is no such folder"
    : error instanceof Deno.errors.PermissionDenied
    ? "permission denied"
    : "it is no folder";
  return {
    code: "cli-no-projects",
    severity: "error",
    message: `Cannot look for projects in "${folder}": ${why}`,
    hint: "Correct the path after --stacks, or name each project with --stack",
  };
}

function withoutProjects(folder: string): Failure["diagnostics"][number] {
  return {
    code: "cli-no-projects",
    severity: "error",
    message: `No folder below "${folder}" has a compose file`,
    hint: "Name the folder whose folders are the projects, or each project with --stack",
  };
}
