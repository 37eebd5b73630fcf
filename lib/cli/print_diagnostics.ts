/** Prints diagnostics in the format that was asked for. */
import type { Diagnostic, Sources } from "../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../report/diagnostic_text.ts";
import { gatherEqual } from "../report/gather_equal.ts";
import { fold } from "../report/fold.ts";
import type { CommandOptions } from "./command.ts";
import { withGivenFlags } from "./next_command.ts";
import type { ClusterOptions, InputOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export interface PrintOptions {
  readonly terminal: Terminal;
  /** Besides the format, the flags that commands are named with. */
  readonly options: Pick<CommandOptions, "output"> & InputOptions & ClusterOptions;
  readonly sources?: Sources;
  /** They are what was asked for, so they go to standard output; else they are messages. */
  readonly isResult?: boolean;
}

/** As text, findings that say the same as one, or with `-o json` as one JSON document `{ schemaVersion, diagnostics }`. */
export function printDiagnostics(found: readonly Diagnostic[], print: PrintOptions): void {
  const { terminal, options, isResult = false } = print;
  const diagnostics = found.map((diagnostic) => toPaste(diagnostic, options));
  const write = isResult ? terminal.out : terminal.err;
  if (options.output === "json") {
    if (diagnostics.length > 0 || isResult) write(`${JSON.stringify({ schemaVersion: 1, diagnostics })}\n`);
    return;
  }
  const colour = isResult ? terminal.outColour : terminal.errColour;
  const text = renderDiagnostics(gatherEqual(diagnostics), {
    colour,
    sources: print.sources ?? new Map(),
    directory: terminal.directory,
  });
  const isSeen = isResult ? terminal.outIsTerminal : terminal.errIsTerminal;
  write(isSeen ? fold(text, terminal.columns) : text);
}

/** The same, its commands with the flags that were given. */
export function toPaste(diagnostic: Diagnostic, options: InputOptions & ClusterOptions): Diagnostic {
  const { message, hint } = diagnostic;
  return {
    ...diagnostic,
    message: withGivenFlags(message, options),
    ...(hint === undefined ? {} : { hint: withGivenFlags(hint, options) }),
  };
}
