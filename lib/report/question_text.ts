/** An open question for people: what is asked, why it matters, and the answers to choose from. */
import type { Diagnostic, Sources } from "../diagnostics/diagnostic.ts";
import { sentence } from "../diagnostics/sentence.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import type { Question } from "../views/questions.ts";
import { maskedOf, renderDiagnostic } from "./diagnostic_text.ts";
import { styleFor } from "./style.ts";
import { wrap } from "./wrap.ts";

export interface QuestionTextOptions {
  readonly colour: boolean;
  readonly columns: number;
  readonly directory: string;
  readonly sources: Sources;
}

const KEPT = "keep what the question says happens by default; it is not asked again";

/** With its answers numbered: keeping the default, each proposal of the hint, and a line of one's own. */
export function renderQuestion(question: Question, options: QuestionTextOptions): string {
  const style = styleFor(options.colour);
  const { means, proposals } = visibleAll(question);
  const answers = [
    KEPT,
    ...proposals.map(({ when, line }) => `${when === "" ? "Decide" : sentence(when)}: ${line}`),
    "write another line yourself",
  ];
  return [
    renderDiagnostic(
      isAmongAnswers(question) ? withoutHint(question.diagnostic) : question.diagnostic,
      { ...options, sources: maskedOf([question.diagnostic], options.sources) },
    ),
    ...(means === "" ? [] : wrap(means, options.columns - 2).map((line) => `  ${style.dim(line)}\n`)),
    "\n",
    ...answers.flatMap((answer, index) =>
      wrap(answer, options.columns - 6).map((line, part) =>
        part === 0 ? `  ${style.bold(String(index + 1))}  ${line}\n` : `     ${line}\n`
      )
    ),
  ].join("");
}

/** The whole hint is one of the answers below. */
function isAmongAnswers({ diagnostic: { hint }, proposals }: Question): boolean {
  return proposals.length === 1 && proposals.some(({ when, line }) => `${when}: ${line}` === hint);
}

function withoutHint({ hint: _, ...rest }: Diagnostic): Diagnostic {
  return rest;
}
