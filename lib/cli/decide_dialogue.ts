/** Asks a stack's open questions one by one; every answer can be taken back until the end. */
import type { Sources } from "../diagnostics/diagnostic.ts";
import { parseDecisions } from "../decisions/decisions.ts";
import { type CommentedEntry, withCommentedEntries } from "../decisions/edit_comment.ts";
import { plural } from "../diagnostics/plural.ts";
import { renderDiagnostics } from "../report/diagnostic_text.ts";
import { fold } from "../report/fold.ts";
import { renderQuestion } from "../report/question_text.ts";
import { wrap } from "../report/wrap.ts";
import { entriesOf, filledIn, type Proposal } from "../views/hint_lines.ts";
import { acceptance, type Question } from "../views/questions.ts";
import type { Terminal } from "./terminal.ts";

/** The questions that are open with this text of decisions. */
export type Ask = (
  text: string,
) => Promise<{ readonly questions: readonly Question[]; readonly sources: Sources }>;

/** Where the dialogue stands; each answer makes a new one, so that going back is taking the one before. */
interface State {
  readonly text: string;
  readonly answered: number;
  readonly left: ReadonlySet<string>;
}

/** What came of it; without a text nothing is to be written. */
export interface Answers {
  readonly text?: string;
  readonly answered: number;
  readonly open: number;
}

const KEYS =
  "A number answers, Enter takes 1; b goes back, s leaves a question open, q ends and writes nothing.";

/** @param start the text of decisions before */
export async function askAll(
  start: string,
  file: string,
  questionsFor: Ask,
  terminal: Terminal,
): Promise<Answers> {
  const states: State[] = [{ text: start, answered: 0, left: new Set() }];
  terminal.err(`${wrap(KEYS, terminal.columns).join("\n")}\n`);
  for (;;) {
    const state = states.at(-1);
    if (state === undefined) return { answered: 0, open: 0 };
    const { questions, sources } = await questionsFor(state.text);
    const question = questions.find(({ id }) => !state.left.has(id));
    const open = questions.length;
    const reply = question === undefined
      ? atEnd(state, open, terminal)
      : askOne(question, { state, file, sources, of: state.answered + open }, terminal);
    if (reply === "quit") return { answered: state.answered, open };
    if (reply === "write") return { text: state.text, answered: state.answered, open };
    if (reply !== "back") states.push(reply);
    else if (states.length > 1) states.pop();
    else terminal.err("This is the first question.\n");
  }
}

type Reply = State | "back" | "quit" | "write";

function atEnd({ answered }: State, open: number, terminal: Terminal): Reply {
  if (answered === 0) return "write";
  const rest = open === 0 ? "" : `, ${plural(open, "question")} left open`;
  for (;;) {
    const line = terminal.ask(`\nWrite ${plural(answered, "answer")}${rest}? [Y, b, q]`)?.trim()
      .toLowerCase();
    if (line === undefined || line === "q" || line === "n") return "quit";
    if (line === "b") return "back";
    if (line === "" || line === "y") return "write";
  }
}

interface Asked {
  readonly state: State;
  readonly file: string;
  readonly sources: Sources;
  /** How many there are with those that are answered. */
  readonly of: number;
}

function askOne(question: Question, asked: Asked, terminal: Terminal): Reply {
  const { state } = asked;
  const { errColour: colour, columns, directory } = terminal;
  const text = renderQuestion(question, { colour, columns, directory, sources: asked.sources });
  const number = state.answered + state.left.size + 1;
  const shown = terminal.errIsTerminal ? fold(text, columns) : text;
  // An answer may open another question, such as which user a directory is for.
  const count = number < asked.of ? `${asked.of}` : `${number} so far`;
  terminal.err(`\nQuestion ${number} of ${count}\n${shown}`);
  for (;;) {
    const line = terminal.ask("Answer [1]:")?.trim();
    if (line === undefined || line === "q") return "quit";
    if (line === "b") return "back";
    if (line === "s") return { ...state, left: new Set([...state.left, question.id]) };
    const entries = entriesFor(line === "" ? "1" : line, question, terminal);
    const edited = entries === undefined ? undefined : edit(question, entries, asked, terminal);
    if (edited !== undefined) return { ...state, text: edited, answered: state.answered + 1 };
  }
}

function entriesFor(
  line: string,
  question: Question,
  terminal: Terminal,
): readonly CommentedEntry[] | undefined {
  const { proposals } = question;
  const choice = Number(line);
  if (choice === 1) return [acceptance(question)];
  const proposal = proposals[choice - 2];
  if (proposal !== undefined) return filled(proposal, terminal);
  const written = choice === proposals.length + 2 ? terminal.ask("Line for decisions.yaml:")?.trim() : line;
  const entries = entriesOf(written ?? "");
  if (entries.length > 0) return entries;
  terminal.err(
    `A number from 1 to ${proposals.length + 2}, b, s, q, or a line such as services: { web: { … } }\n`,
  );
  return undefined;
}

function filled({ entries, blanks }: Proposal, terminal: Terminal): readonly CommentedEntry[] | undefined {
  const answers = new Map<string, string>();
  for (const blank of blanks) {
    const line = terminal.ask(`${blank === "..." ? "Why" : blank}:`)?.trim();
    if (line === undefined || line === "") return undefined;
    answers.set(blank, line);
  }
  return filledIn(entries, answers);
}

/** The text with the answer, where that is one that `decisions.yaml` can hold; else why not. */
function edit(
  question: Question,
  entries: readonly CommentedEntry[],
  { state, file }: Asked,
  terminal: Terminal,
): string | undefined {
  const edited = withAnswer(state.text, question, entries);
  if (edited === undefined) {
    terminal.err(`The file cannot be changed there in place; write it by hand: ${file}\n`);
    return undefined;
  }
  const { diagnostics } = parseDecisions(edited, file);
  const wrong = diagnostics.filter(({ severity }) => severity === "error");
  if (wrong.length === 0) return edited;
  const { errColour: colour, directory } = terminal;
  terminal.err(renderDiagnostics(wrong, { colour, directory, sources: new Map([[file, edited]]) }));
  return undefined;
}

/** With the question as a comment above. */
export function withAnswer(
  text: string,
  { diagnostic: { code, message, span } }: Question,
  entries: readonly CommentedEntry[],
): string | undefined {
  const place = span === undefined ? "" : ` (${span.file}:${span.line})`;
  return withCommentedEntries(text, entries, `${code}: ${message}${place}`);
}
