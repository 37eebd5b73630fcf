/** Runs one command and turns whatever it throws into a message and an exit code. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { CommandOptions, Run } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";

/** The command's exit code; a `Failure` is printed with its own, anything else is a bug and says so. */
export async function runCommand(
  run: Run,
  options: CommandOptions,
  surroundings: Surroundings,
): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  try {
    return await run(options, surroundings);
  } catch (error) {
    if (error instanceof Failure) {
      printDiagnostics(error.diagnostics, { terminal, options, sources: error.sources });
      return error.exitCode;
    }
    if (surroundings.signal.aborted) return ExitCode.interrupted;
    const stack = error instanceof Error ? error.stack ?? error.message : String(error);
    terminal.err(`This is a bug in compose-ferry; please report it with the lines below.\n${stack}\n`);
    return ExitCode.failed;
  }
}
