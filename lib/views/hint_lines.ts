/** The lines for `decisions.yaml` that a hint proposes, as data. */
import { parseDocument } from "yaml";
import { decisionKeys } from "../decisions/keys.ts";
import { isRecord } from "../values/json.ts";

/** One entry that a proposal writes. */
export interface ProposedEntry {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** What a hint proposes to write. */
export interface Proposal {
  /** What the hint says before the line: `If it ends by itself`. */
  readonly when: string;
  /** The line as the hint has it. */
  readonly line: string;
  readonly entries: readonly ProposedEntry[];
  /** Words in it that an operator has to fill in: `PORT`. */
  readonly blanks: readonly string[];
}

/** All lines of a hint, in order. */
export function proposalsOf(hint: string): readonly Proposal[] {
  const tops = new Set(decisionKeys().map(({ key }) => key.split(".")[0] ?? ""));
  const proposals: Proposal[] = [];
  let from = 0;
  for (const match of hint.matchAll(/(?<![\w.])([a-zA-Z]+): (?=\S)/g)) {
    const start = match.index;
    if (start < from || !tops.has(match[1] ?? "")) continue;
    const end = endOfValue(hint, start + match[0].length);
    const line = hint.slice(start, end);
    const entries = entriesOf(line);
    if (entries.length === 0) continue;
    const before = hint.slice(from, start).split("\n").at(-1) ?? "";
    const when = before.replace(/^[\s,;.]*(or )?|[\s:,;]+$/gi, "");
    proposals.push({ when, line, entries, blanks: blanksOf(entries) });
    from = end;
  }
  return proposals;
}

/** Behind the closing brace, or behind the word. */
function endOfValue(text: string, start: number): number {
  if (text[start] !== "{" && text[start] !== "[") {
    const word = /^("[^"]*"|[^\s,;]+)/.exec(text.slice(start));
    return start + (word?.[0].length ?? 0);
  }
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (quoted && sign === "\\") at++;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && "{[".includes(sign)) depth++;
    else if (!quoted && "}]".includes(sign) && --depth === 0) return at + 1;
  }
  return start;
}

/** Every value that is no map, with the way to it. */
export function entriesOf(line: string): readonly ProposedEntry[] {
  const document = parseDocument(line, { prettyErrors: false });
  if (document.errors.length > 0) return [];
  const walk = (node: unknown, path: readonly string[]): ProposedEntry[] =>
    isRecord(node) && Object.keys(node).length > 0
      ? Object.entries(node).flatMap(([key, value]) => walk(value, [...path, key]))
      : [{ path, value: node }];
  const value: unknown = document.toJS();
  return isRecord(value) ? walk(value, []) : [];
}

const BLANK = /^(\.\.\.|[A-Z][A-Z0-9_]*([/:][A-Z][A-Z0-9_]*)*)$/;
/** `/mnt/SHARE`, as a value alone: a mount may be called so. */
const BLANK_PATH = /^(\/[a-z]+)*\/[A-Z][A-Z0-9_]*$/;

function blanksOf(entries: readonly ProposedEntry[]): readonly string[] {
  const texts = (all: readonly unknown[]): string[] => all.filter((one) => typeof one === "string");
  return [
    ...new Set(entries.flatMap(({ path, value }) => [
      ...path.filter((key) => BLANK.test(key)),
      ...texts([value].flat()).filter((text) => BLANK.test(text) || BLANK_PATH.test(text)),
    ])),
  ];
}

/** The entries with the blanks filled in; a filled-in text is read as YAML, so that `80` is a number. */
export function filledIn(
  entries: readonly ProposedEntry[],
  answers: ReadonlyMap<string, string>,
): readonly ProposedEntry[] {
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    const answer = typeof value === "string" ? answers.get(value) : undefined;
    return answer === undefined ? value : parseDocument(answer, { prettyErrors: false }).toJS() ?? answer;
  };
  return entries.map(({ path, value }) => ({
    path: path.map((key) => answers.get(key) ?? key),
    value: fill(value),
  }));
}
