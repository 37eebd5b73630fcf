/** What `explain` answers: a sentence, and sections of entries with their places. Holds no secret. */
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";

/** What a word on the command line can stand for; each is also the prefix that says so: `service/web`. */
export const SUBJECT_KINDS = ["service", "object", "migration", "decision", "key", "label", "code"] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** One line of a section. */
export interface Entry {
  readonly name: string;
  /** What is said of it. */
  readonly text?: string;
  readonly span?: Span;
}

export interface Section {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** A line of the input, and what became of it. */
export interface ExplainedLine {
  readonly span: Span;
  readonly text: string;
  /** Objects first, then what becomes of the keys. */
  readonly becomes: readonly string[];
}

/** Everything known about one subject. */
export interface Explanation {
  readonly kind: SubjectKind;
  readonly name: string;
  /** One or a few sentences. */
  readonly summary: string;
  readonly span?: Span;
  readonly lines?: readonly ExplainedLine[];
  readonly sections: readonly Section[];
  /** YAML of an object, secrets hidden. */
  readonly yaml?: string;
  readonly findings: readonly Diagnostic[];
}

/** A section, unless it is empty. */
export function section(title: string, entries: readonly Entry[]): Section[] {
  return entries.length === 0 ? [] : [{ title, entries }];
}

/** A place in the shape that an entry takes. */
export function placed(span: Span | undefined): { span?: Span } {
  return span === undefined ? {} : { span };
}
