/** `explain`: what a word of the stack, of its plan or of a message means, with every place that says so. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { renderExplanations } from "../report/explain_text.ts";
import { explain as explainWord, type Known, suggestion } from "../views/explain.ts";
import type { CommandOptions, Run } from "./command.ts";
import { readCodes } from "./error_codes.ts";
import { onStack } from "./next_command.ts";
import { planStack } from "./plan_stack.ts";
import { viewOf } from "./stack_view.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Explains each word. What needs no stack is explained without one.
 * @throws Failure (2) where a word means nothing
 */
export function explain(words: readonly string[]): Run {
  return async (options: CommandOptions, surroundings: Surroundings): Promise<number> => {
    const terminal = surroundings.terminal(options.color === false);
    const codes = await readCodes(surroundings.home);
    const isAboutCodes = options.stack === undefined && words.every((word) => codes.has(word));
    const stack = isAboutCodes ? undefined : await planStack(options, surroundings);
    const isGeneral = words.every((word) => explainWord(word, { codes }).length > 0);
    // What a stack has no part in is told beside one that cannot be read, too.
    const isUnread = stack?.facts === undefined && isGeneral;
    const view = stack === undefined || isUnread ? undefined : viewOf(stack, options);
    if (stack !== undefined && isUnread) {
      terminal.err(`The stack cannot be read, so it cannot be explained: ${onStack("check", options)}\n`);
    }
    const known = { codes, ...(view === undefined ? {} : { view }) };
    const found = words.flatMap((word) => {
      const explanations = explainWord(word, known);
      if (explanations.length === 0) {
        throw new Failure(ExitCode.usage, [unknown(word, known, options)]);
      }
      return explanations;
    });
    if (options.output === "json") {
      terminal.out(`${JSON.stringify({ schemaVersion: 1, explanations: found })}\n`);
      return ExitCode.ok;
    }
    const { outColour: colour, columns, directory } = terminal;
    terminal.out(
      renderExplanations(found, { colour, columns, directory, sources: view?.sources ?? new Map() }),
    );
    return ExitCode.ok;
  };
}

/** Whether no stack is named, so that the one that comes along is meant. */
function isExample({ stack, file }: CommandOptions): boolean {
  return stack === undefined && file === undefined;
}

function unknown(word: string, known: Known, options: CommandOptions): Diagnostic {
  const near = suggestion(word, known);
  const isPlanless = known.view !== undefined && known.view.plan === undefined;
  return {
    code: "cli-explain-unknown",
    severity: "error",
    message: `Nothing is known of "${word}"${
      isExample(options) ? " in the bundled example; --stack names another stack" : ""
    }`,
    hint: isPlanless && /^(migration\/)?\d+/.test(word)
      ? `The stack has errors, so there are no migrations yet: ${onStack("check", options)}`
      : near === undefined
      ? "Name a service, an object (deployment/web), a migration (050), a code, a key of compose or of decisions.yaml, " +
        "or a label of Traefik"
      : `Did you mean "${near}"?`,
  };
}
