/** The open questions of a stack, each with its ways to answer it. */
import { questionId } from "../checks/accepted.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { CodeText } from "./error_page.ts";
import { type Proposal, proposalsOf, type ProposedEntry } from "./hint_lines.ts";

/** One question. */
export interface Question {
  /** Its code and the names in it, as `accepted` and answers call it. */
  readonly id: string;
  readonly diagnostic: Diagnostic;
  /** What its code means, from docs/errors.md. */
  readonly means: string;
  readonly proposals: readonly Proposal[];
}

/** In the order in which they were found, each once. */
export function questionsOf(
  diagnostics: readonly Diagnostic[],
  codes: ReadonlyMap<string, CodeText>,
): readonly Question[] {
  const questions = new Map<string, Question>();
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity !== "question") continue;
    const id = questionId(diagnostic);
    if (questions.has(id)) continue;
    const { code, hint } = diagnostic;
    questions.set(id, {
      id,
      diagnostic,
      means: codes.get(code)?.means ?? "",
      proposals: hint === undefined ? [] : proposalsOf(hint),
    });
  }
  return [...questions.values()];
}

/** What is written where the default is kept. */
export function acceptance({ id }: Question, why = "the default is kept"): ProposedEntry {
  return { path: ["accepted", id], value: why };
}
