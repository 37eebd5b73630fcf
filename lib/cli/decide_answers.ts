/** Answers from a file, for where nobody is there to be asked. */
import { resolve } from "node:path";
import { parseDocument } from "yaml";
import { readRegularText } from "../files/regular_file.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import { isRecord } from "../values/json.ts";
import { entriesOf } from "../views/hint_lines.ts";
import { acceptance, type Question } from "../views/questions.ts";
import type { CommentedEntry } from "../decisions/edit_comment.ts";
import { type Answers, type Ask, withAnswer } from "./decide_dialogue.ts";

/** By the id of a question, or by its code: a reason for keeping the default, or lines for `decisions.yaml`. */
export type AnswerFile = ReadonlyMap<string, string | readonly CommentedEntry[]>;

const MOST_BYTES = 1024 * 1024;

/** @throws Failure (2) where the file cannot be read, or is no map of answers */
export async function readAnswers(file: string, directory: string): Promise<AnswerFile> {
  const refuse = (why: string): Failure =>
    new Failure(ExitCode.usage, [{
      code: "cli-answers",
      severity: "error",
      message: `Cannot use the answers in "${file}": ${why}`,
      hint:
        'Write a map such as { "kube-system-path": default }; deno task decide -o json lists the questions',
    }]);
  let text: string;
  try {
    text = await readRegularText(resolve(directory, file), MOST_BYTES);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const document = parseDocument(text, { prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) throw refuse(problem.message.split("\n")[0] ?? "");
  const values: unknown = document.toJS();
  if (!isRecord(values)) throw refuse("it is no map");
  return new Map(
    Object.entries(values).map(([id, value]): readonly [string, string | readonly CommentedEntry[]] => {
      if (typeof value === "string") return [id, value === "default" ? "the default is kept" : value];
      const entries = isRecord(value) ? entriesOf(JSON.stringify(value)) : [];
      if (entries.length === 0) throw refuse(`"${id}" is neither a text nor a map of decisions`);
      return [id, entries];
    }),
  );
}

/**
 * Answers what the file answers, until nothing of it is asked any more.
 * @throws Failure (2) where an answer meets no question, or cannot be written in place
 */
export async function answerAll(start: string, answers: AnswerFile, questionsFor: Ask): Promise<Answers> {
  const met = new Set<string>();
  const seen = new Set<string>();
  const asked: string[] = [];
  let text = start;
  for (;;) {
    const { questions } = await questionsFor(text);
    asked.push(...questions.flatMap(({ id, diagnostic }) => [id, diagnostic.code]));
    const next = questions.find((question) =>
      !seen.has(question.id) && answerOf(question, answers) !== undefined
    );
    if (next === undefined) {
      const unmet = [...answers.keys()].filter((id) => !met.has(id));
      if (unmet.length > 0) throw new Failure(ExitCode.usage, unmet.map((id) => unmetAnswer(id, asked)));
      return { text, answered: seen.size, open: questions.length };
    }
    seen.add(next.id);
    const found = answerOf(next, answers);
    const entries = typeof found?.answer === "string"
      ? [acceptance(next, found.answer)]
      : found?.answer ?? [];
    met.add(found?.key ?? "");
    const edited = withAnswer(text, next, entries);
    if (edited === undefined) throw new Failure(ExitCode.usage, [notInPlace(next)]);
    text = edited;
  }
}

function answerOf(
  { id, diagnostic: { code } }: Question,
  answers: AnswerFile,
): { readonly key: string; readonly answer: string | readonly CommentedEntry[] } | undefined {
  const key = answers.has(id) ? id : code;
  const answer = answers.get(key);
  return answer === undefined ? undefined : { key, answer };
}

function unmetAnswer(id: string, asked: readonly string[]): Diagnostic {
  const near = nearestName(id, asked);
  return {
    code: "cli-answers",
    severity: "error",
    message: `There is no open question "${id}"`,
    hint: near === undefined
      ? "deno task decide -o json lists those that are open"
      : `Did you mean "${near}"?`,
  };
}

function notInPlace({ id }: Question): Diagnostic {
  return {
    code: "cli-answers",
    severity: "error",
    message: `The answer to "${id}" cannot be written in place`,
    hint: "Write it into decisions.yaml by hand",
  };
}
