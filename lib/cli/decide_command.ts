/** `decide`: the open questions, and their answers written into `decisions.yaml`. */
import { dirname, join } from "node:path";
import { createTwoFilesPatch } from "diff";
import type { BindSources } from "../../compose/bind_source.ts";
import { parseDecisions } from "../decisions/decisions.ts";
import { Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { plural } from "../diagnostics/plural.ts";
import { redact } from "../diff/secrets.ts";
import { toPaste } from "./print_diagnostics.ts";
import { renderQuestion } from "../report/question_text.ts";
import { questionsOf } from "../views/questions.ts";
import type { CommandOptions } from "./command.ts";
import { type Answers, type Ask, askAll } from "./decide_dialogue.ts";
import { answerAll, readAnswers } from "./decide_answers.ts";
import { type DecisionsFile, findDecisions } from "./decisions_file.ts";
import { readCodes } from "./error_codes.ts";
import { onStack } from "./next_command.ts";
import { decisionsOf, stackDirectory } from "./load_stack.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { refuseLinkedAway, refuseReadOnly, replaceFile } from "./replace_file.ts";
import { viewOf } from "./stack_view.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";

/** Asks in a terminal, takes `--answers`, or else lists what is open, which ends with `ExitCode.usage` unless as JSON. */
export async function decide(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const { file, text, before } = await fileFor(options, surroundings);
  const target = { file, before, isOwn: options.decisions !== undefined };
  const { diagnostics: wrong } = parseDecisions(text, file, options.profile ?? []);
  // They would not be in force, so that what they answer would be asked again.
  if (hasErrors(wrong)) throw new Failure(ExitCode.input, wrong, new Map([[file, text]]));
  const codes = await readCodes(surroundings.home);
  const planned = planner(file, options, surroundings);
  let isWithErrors = false;
  const questionsFor: Ask = async (edited) => {
    const { diagnostics, sources } = viewOf(await planned(edited));
    isWithErrors = hasErrors(diagnostics);
    const questions = questionsOf(diagnostics, codes).map((one) => ({
      ...one,
      diagnostic: toPaste(one.diagnostic, options),
    }));
    return { questions, sources };
  };
  // The edge: a flag as commander has it.
  const answers = options["answers"] as string | undefined;
  const isAsked = answers === undefined && terminal.canAsk && options.output !== "json";
  const given = answers === undefined ? undefined : await readAnswers(answers, surroundings.directory);
  const { questions, sources } = await questionsFor(text);
  if (questions.length === 0) return nothingOpen(options, terminal, file, isWithErrors);
  if (answers === undefined && !isAsked) {
    if (options.output === "json") {
      terminal.out(`${JSON.stringify({ schemaVersion: 1, file, questions })}\n`);
      return ExitCode.ok;
    }
    const { outColour: colour, columns, directory } = terminal;
    const blocks = questions.map((each) => renderQuestion(each, { colour, columns, directory, sources }));
    terminal.out(`${blocks.join("\n")}\n${plural(questions.length, "question")} open\n`);
    terminal.err("There is no terminal to ask on: run it in a terminal, or with --answers FILE\n");
    return ExitCode.usage;
  }
  // Before anybody takes the trouble to answer.
  if (options["dryRun"] !== true) await refuseUnwritable(target);
  const done = given === undefined
    ? await askAll(text, file, questionsFor, terminal)
    : await answerAll(text, given, questionsFor);
  return await finish(done, target, options, surroundings);
}

/** Plans the stack with other decisions; what lies on disk is read once for the same variables. */
function planner(
  file: string,
  options: CommandOptions,
  surroundings: Surroundings,
): (text: string) => Promise<PlannedStack> {
  const read = new Map<string, BindSources>();
  return async (text) => {
    const { variables = {} } = parseDecisions(text, file, options.profile ?? []).decisions;
    const key = JSON.stringify(variables);
    const bindSources = read.get(key);
    const stack = await planStack(options, surroundings, {
      decisions: { file, text },
      ...(bindSources === undefined ? {} : { bindSources }),
    });
    if (stack.bindSources !== undefined) read.set(key, stack.bindSources);
    return stack;
  };
}

interface Target {
  readonly file: string;
  /** What is on disk; nothing where there is no file yet. */
  readonly before: string | undefined;
  /** Named by the operator. */
  readonly isOwn: boolean;
}

/** @throws Failure (3) where the answers could not be written */
async function refuseUnwritable({ file, before, isOwn }: Target): Promise<void> {
  if (!isOwn) await refuseLinkedAway(file);
  await refuseReadOnly(before === undefined ? dirname(file) : file);
}

async function finish(
  { text, answered, open }: Answers,
  target: Target,
  options: CommandOptions,
  surroundings: Surroundings,
): Promise<number> {
  const { file, before } = target;
  const terminal = surroundings.terminal(options.color === false);
  const isWritten = text !== undefined && answered > 0 && options["dryRun"] !== true;
  if (text !== undefined && answered > 0) {
    const { diagnostics } = parseDecisions(text, file, options.profile ?? []);
    if (hasErrors(diagnostics)) throw new Failure(ExitCode.input, diagnostics, new Map([[file, text]]));
    if (options["dryRun"] === true && options.output !== "json") {
      const { secrets } = await planStack(options, surroundings, { decisions: { file, text } });
      const patch = createTwoFilesPatch(file, file, before ?? "", text, "", "").split("\n").slice(2);
      terminal.out(redact(`${patch.join("\n").trimEnd()}\n`, secrets));
    }
  }
  if (isWritten) {
    await refuseUnwritable(target);
    await replaceFile(file, before, text);
  }
  if (options.output === "json") {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, file, answered, open, written: isWritten })}\n`);
  } else {
    const rest = open === 0 ? "" : `, ${plural(open, "question")} open`;
    terminal.err(
      isWritten
        ? `Decisions: wrote ${plural(answered, "answer")} into ${file}${rest}\n` +
          `Next: ${onStack("check --strict", options)}\n`
        : `Nothing was written${rest}\n`,
    );
  }
  return open === 0 ? ExitCode.ok : ExitCode.usage;
}

function nothingOpen(
  options: CommandOptions,
  terminal: Terminal,
  file: string,
  isWithErrors: boolean,
): number {
  if (options.output === "json") {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, file, questions: [] })}\n`);
    return ExitCode.ok;
  }
  terminal.err(
    `No question is open.\n${isWithErrors ? `There are errors: ${onStack("check", options)}\n` : ""}`,
  );
  return ExitCode.ok;
}

/**
 * The file that answers go into: the one in force, or else a new one beside the stack, which begins with the decisions
 * of the known stack that it is, as those hold only where it has none of its own.
 */
async function fileFor(
  options: CommandOptions,
  surroundings: Surroundings,
): Promise<DecisionsFile & { readonly before: string | undefined }> {
  const directory = stackDirectory(options, surroundings);
  const own = await findDecisions(options, directory, surroundings);
  if (own !== undefined) return { ...own, before: own.text };
  const known = await decisionsOf(options, surroundings);
  return { file: join(directory, "decisions.yaml"), text: known?.text ?? "", before: undefined };
}
