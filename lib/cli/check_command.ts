/** `check`: everything worth knowing before the move. Talks to no cluster. */
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "./exit_code.ts";
import { gather } from "./gather.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { CommandOptions } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints every finding with its place; errors end with `ExitCode.input`. */
export async function check(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const gathered = await gather(options, surroundings);
  printDiagnostics(gathered.diagnostics, { terminal, options, sources: gathered.sources, isResult: true });
  return hasErrors(gathered.diagnostics) ? ExitCode.input : ExitCode.ok;
}
