/** Finds what a project is made of: its files, its variables and its name, by docker compose's rules. */
import type { LoadOptions } from "../project.ts";
import { fileStart, type LoadContext, nameOf, readOnce, unreadableSpan } from "./context.ts";
import { lyingAt } from "./disk.ts";
import { mergeVariables, readVariableFiles } from "./variables.ts";
import { absolutePath, cleanPath, directoryOf } from "./paths.ts";
import { problem, warning } from "../tree/report.ts";
import { composeSource } from "./context.ts";
import { parseYaml, type YamlDocument } from "../yaml/parse.ts";
import type { Source } from "../tree/source.ts";

/** A compose file that was read. */
export interface ComposeFile {
  readonly path: string;
  readonly source: Source;
  readonly documents: readonly YamlDocument[];
}

export interface Selection {
  readonly workingDir: string;
  readonly paths: readonly string[];
  /** Shell over env files over `.env`, as a copy that the load may add to. */
  readonly environment: Record<string, string>;
}

const FILE_NAMES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDE_NAMES = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/** Selects files and variables; `paths` is empty where no compose file was found, which is reported. */
export async function select(options: LoadOptions, context: LoadContext): Promise<Selection> {
  const environment: Record<string, string> = { ...options.variables, ...options.environment };
  const explicit = (options.files ?? []).map((file) => cleanPath(absolutePath(context.directory, file)));
  await addVariables(environment, workingDirOf(explicit, context), options, context);
  const paths = explicit.length > 0 ? explicit : await findFiles(environment, context);
  const workingDir = workingDirOf(paths, context);
  await addVariables(environment, workingDir, options, context);
  return { workingDir, paths, environment };
}

function workingDirOf(paths: readonly string[], context: LoadContext): string {
  const first = paths[0];
  return first === undefined ? context.directory : directoryOf(first);
}

async function addVariables(
  environment: Record<string, string>,
  workingDir: string,
  options: LoadOptions,
  context: LoadContext,
): Promise<void> {
  const files = await variableFiles(workingDir, options, context);
  const found = await readVariableFiles(files, environment, context);
  if (found !== undefined) mergeVariables(environment, found, context);
}

async function variableFiles(
  workingDir: string,
  options: LoadOptions,
  context: LoadContext,
): Promise<string[]> {
  const named = options.envFiles?.length
    ? options.envFiles
    : listOf(options.environment["COMPOSE_ENV_FILES"], ",");
  if (named.length > 0) return named.map((file) => cleanPath(absolutePath(context.directory, file)));
  const disabled = options.environment["COMPOSE_DISABLE_ENV_FILE"];
  if (disabled !== undefined && /^(1|t|true)$/i.test(disabled)) return [];
  const path = `${workingDir}/.env`;
  return await lyingAt(path) === "other" ? [path] : [];
}

function listOf(value: string | undefined, separator: string): string[] {
  return value === undefined || value === "" ? [] : value.split(separator);
}

async function findFiles(
  environment: Readonly<Record<string, string>>,
  context: LoadContext,
): Promise<string[]> {
  const listed = environment["COMPOSE_FILE"];
  if (listed !== undefined) {
    const separator = environment["COMPOSE_PATH_SEPARATOR"] || ":";
    return listed.split(separator).map((file) => cleanPath(absolutePath(context.directory, file)));
  }
  for (let directory = context.directory;; directory = directoryOf(directory)) {
    const found = await existing(FILE_NAMES, directory);
    const [first] = found;
    if (first !== undefined) {
      warnOfSeveral(found, context);
      const overrides = await existing(OVERRIDE_NAMES, directory);
      warnOfSeveral(overrides, context);
      return [first, ...overrides.slice(0, 1)];
    }
    if (directory === "/") break;
  }
  problem(
    context.report,
    "compose-no-file",
    `No compose file in "${context.directory}" or above it`,
    fileStart(`${context.directory}/compose.yaml`, context),
    `name it with -f, or call it ${FILE_NAMES.join(", ")}`,
  );
  return [];
}

async function existing(names: readonly string[], directory: string): Promise<string[]> {
  const paths = names.map((name) => cleanPath(`${directory}/${name}`));
  const lying = await Promise.all(paths.map(lyingAt));
  return paths.filter((_, index) => lying[index] !== "nothing");
}

function warnOfSeveral(paths: readonly string[], context: LoadContext): void {
  const [first, ...others] = paths;
  if (first === undefined || others.length === 0) return;
  const names = others.map((path) => `"${path.slice(path.lastIndexOf("/") + 1)}"`).join(", ");
  warning(
    context.report,
    "compose-several-files",
    `${names} is not read, as this file comes first`,
    fileStart(first, context),
    "remove the other file, or name the files with -f",
  );
}

/** Reads a compose file; nothing where it cannot be read, which is reported. */
export async function readCompose(
  path: string,
  context: LoadContext,
  at?: Parameters<typeof problem>[3],
): Promise<ComposeFile | undefined> {
  const read = await readOnce(path, context);
  if ("reason" in read) {
    const isText = read.offset !== undefined;
    problem(
      context.report,
      "compose-unreadable-file",
      `Cannot read "${nameOf(path, context)}": ${read.reason}`,
      at === undefined || isText ? unreadableSpan(path, read, context) : at,
      read.missing ? "correct the path, or create the file" : "name a text file in UTF-8 that can be read",
    );
    return undefined;
  }
  const source = composeSource(path, read.text, context);
  return { path, source, documents: parseYaml(source, context.report) };
}
