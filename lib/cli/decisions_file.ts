/** Finds the file that says what compose does not. */
import { join, resolve } from "node:path";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { InputOptions } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";

export interface DecisionsFile {
  readonly file: string;
  readonly text: string;
}

/**
 * `--decisions FILE`, else `decisions.yaml` beside the stack, else `migrations/decisions.yaml`.
 * A file that was named and is not there is a `Failure`.
 */
export async function findDecisions(
  options: InputOptions,
  directory: string,
  surroundings: Surroundings,
): Promise<DecisionsFile | undefined> {
  if (options.decisions !== undefined) {
    const file = resolve(surroundings.directory, options.decisions);
    const text = await readText(file);
    if (text === undefined) throw new Failure(ExitCode.input, [missing(options.decisions)]);
    return { file, text };
  }
  const migrations = options.migrations === undefined
    ? join(surroundings.home, "migrations")
    : resolve(surroundings.directory, options.migrations);
  for (const file of [join(directory, "decisions.yaml"), join(migrations, "decisions.yaml")]) {
    const text = await readText(file);
    if (text !== undefined) return { file, text };
  }
  return undefined;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
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
