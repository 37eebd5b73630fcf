/** Finds the file that says what compose does not. */
import { join, resolve } from "node:path";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { InputOptions } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";
import { readRegularText } from "../files/regular_file.ts";

/** Of a decisions file; people write it by hand. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface DecisionsFile {
  readonly file: string;
  readonly text: string;
}

/**
 * `--decisions FILE`, else `decisions.yaml` beside the stack, else one in the folder that `--migrations` names; none
 * where the stack has no decisions of its own. A file that was named and is not there is a `Failure`.
 */
export async function findDecisions(
  options: InputOptions,
  directory: string,
  surroundings: Pick<Surroundings, "directory">,
): Promise<DecisionsFile | undefined> {
  if (options.decisions !== undefined) {
    const file = resolve(surroundings.directory, options.decisions);
    const text = await readText(file);
    if (text === undefined) throw new Failure(ExitCode.input, [missing(options.decisions)]);
    return { file, text };
  }
  const beside = await decisionsIn(directory);
  if (beside !== undefined || options.migrations === undefined) return beside;
  return await decisionsIn(resolve(surroundings.directory, options.migrations));
}

/** The `decisions.yaml` of a folder, where it has one. */
export async function decisionsIn(directory: string): Promise<DecisionsFile | undefined> {
  const file = join(directory, "decisions.yaml");
  const text = await readText(file);
  return text === undefined ? undefined : { file, text };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readRegularText(file, MOST_BYTES);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Failure(ExitCode.input, [{
      code: "cli-decisions-unreadable",
      severity: "error",
      message: `Cannot read the decisions file "${file}": ${(error as Error).message}`,
      hint: "Make it a readable file, or name another one with --decisions",
    }]);
  }
}

function missing(file: string): Diagnostic {
  return {
    code: "cli-decisions-missing",
    severity: "error",
    message: `There is no decisions file "${file}"`,
    hint:
      "Name an existing file with --decisions, or leave the flag out to use decisions.yaml beside the stack",
  };
}
