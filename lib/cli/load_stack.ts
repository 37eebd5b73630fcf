/** Reads a stack's decisions and compose files, as the flags name them. */
import { isAbsolute, join, resolve } from "node:path";
import { load } from "../../compose/mod.ts";
import type { Loaded, LoadOptions } from "../../compose/project.ts";
import { type Decisions, noDecisions, parseDecisions } from "../decisions/decisions.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { type DecisionsFile, decisionsIn, findDecisions } from "./decisions_file.ts";
import { type KnownStack, migrationFolders, recogniseStack } from "./known_stack.ts";
import type { InputOptions } from "./options.ts";
import { checkProfileNames } from "./profile_names.ts";
import type { Surroundings } from "./surroundings.ts";
import { checkVariables } from "./variables_in_force.ts";

/** What reading the input needs of the surroundings. */
export type ReadingSurroundings = Pick<Surroundings, "environment" | "directory" | "home" | "now">;

/** The stack that is moved when none is named. */
export const EXAMPLE = "examples/harbour";

/**
 * The decisions (those given, or else those found), then the compose files, whose variables they may decide. A stack
 * without decisions that is recognised as a known one gets that one's, and is read again where they decide variables.
 */
export async function loadStack(
  options: InputOptions,
  surroundings: ReadingSurroundings,
  given: { readonly decisions?: DecisionsFile; readonly load?: Partial<LoadOptions> } = {},
): Promise<{
  readonly directory: string;
  readonly decided: { readonly decisions: Decisions; readonly diagnostics: readonly Diagnostic[] };
  readonly loaded: Loaded;
  readonly sources: ReadonlyMap<string, string>;
  /** The folder of the scripts, and the known stack that this one is. */
  readonly migrations: string;
  readonly known?: KnownStack;
}> {
  const directory = stackDirectory(options, surroundings);
  const folders = await migrationFolders(options, surroundings);
  const decisionTexts = new Map<string, string>();
  const own = given.decisions ?? await findDecisions(options, directory, surroundings);
  let decided = readDecisions(own, options, decisionTexts);
  const loadWith = ({ variables }: Decisions): Promise<Loaded> =>
    load({
      ...loadOptions(options, surroundings),
      ...(variables === undefined ? {} : { variables }),
      ...given.load,
    });
  let loaded = await loadWith(decided.decisions);
  const known = recogniseStack(loaded.project?.services ?? {}, folders);
  if (own === undefined && known !== undefined) {
    decided = readDecisions(await decisionsIn(known.directory), options, decisionTexts);
    if (decided.decisions.variables !== undefined) loaded = await loadWith(decided.decisions);
  }
  const { project } = loaded;
  const { decisions } = decided;
  const diagnostics = project === undefined ? decided.diagnostics : [
    ...decided.diagnostics,
    ...checkProfileNames(options.profile ?? [], project, decisions),
    ...checkVariables(loaded, decisions, surroundings.environment),
  ];
  const sources = new Map([...loaded.sources, ...decisionTexts]);
  return {
    directory,
    decided: { decisions, diagnostics },
    loaded,
    sources,
    migrations: folders.directory,
    ...(known === undefined ? {} : { known }),
  };
}

/** The file of decisions in force: the stack's own, else that of the known stack that it is. */
export async function decisionsOf(
  options: InputOptions,
  surroundings: ReadingSurroundings,
): Promise<DecisionsFile | undefined> {
  const own = await findDecisions(options, stackDirectory(options, surroundings), surroundings);
  if (own !== undefined) return own;
  const { known } = await loadStack(options, surroundings);
  return known === undefined ? undefined : await decisionsIn(known.directory);
}

/** `--stack`, seen from where the user is, else the bundled example. */
export function stackDirectory(options: InputOptions, surroundings: ReadingSurroundings): string {
  if (options.stack === undefined) return join(surroundings.home, EXAMPLE);
  return isAbsolute(options.stack) ? options.stack : resolve(surroundings.directory, options.stack);
}

/** compose's own loading, with the flags as docker compose has them, and `$PWD` as who calls it in the stack's folder. */
function loadOptions(options: InputOptions, surroundings: ReadingSurroundings): LoadOptions {
  const directory = stackDirectory(options, surroundings);
  return {
    directory,
    environment: { ...surroundings.environment, PWD: directory },
    ...(options.file === undefined ? {} : { files: options.file }),
    ...(options.envFile === undefined
      ? {}
      : { envFiles: options.envFile.map((file) => resolve(surroundings.directory, file)) }),
    ...(options.projectName === undefined ? {} : { projectName: options.projectName }),
    ...(options.profile === undefined ? {} : { profiles: options.profile }),
    ...(options.compatibility === undefined ? {} : { compatibility: options.compatibility }),
  };
}

function readDecisions(
  found: DecisionsFile | undefined,
  options: InputOptions,
  sources: Map<string, string>,
): { decisions: Decisions; diagnostics: readonly Diagnostic[] } {
  if (found === undefined) return { decisions: noDecisions(), diagnostics: [] };
  sources.set(found.file, found.text);
  return parseDecisions(found.text, found.file, options.profile ?? []);
}
