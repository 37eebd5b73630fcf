/**
 * What every part of the program says about its input: a code, a sentence, the place, and what to do.
 * Expected problems are these values, collected; nothing here knows what a service or an object is.
 */

/** A place in a text. Lines and columns count from 1; the end is exclusive. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/**
 * - `error`: the input cannot be used as it is.
 * - `question`: the input does not say enough; the hint holds a ready line for `decisions.yaml`.
 * - `warning`: something will differ or is lost.
 * - `info`: something was replaced by something named.
 */
export type Severity = "error" | "question" | "warning" | "info";

/** One problem or remark, with everything a reader needs to act on it. */
export interface Diagnostic {
  /** Stable, kebab-case, prefixed by the part that says it: `compose-unknown-key`. See docs/errors.md. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: sentence case, no full stop, quoted names, never a secret's value. */
  readonly message: string;
  readonly span?: Span;
  /** What to do, as an imperative or as a line to paste. */
  readonly hint?: string;
  /** Other places that belong to the problem, such as the first of two definitions. */
  readonly related?: readonly { readonly message: string; readonly span: Span }[];
}

/** The texts that diagnostics point into, by the file name that their spans carry. */
export type Sources = ReadonlyMap<string, string>;

/** Whether any of them forbids going on. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** An exception that ends the run with one or more diagnostics and an exit code (docs/errors.md). */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: number;
  /** The texts that the diagnostics point into, where they are known. */
  readonly sources: Sources;

  constructor(exitCode: number, diagnostics: readonly Diagnostic[], sources: Sources = new Map()) {
    super(diagnostics.map((diagnostic) => diagnostic.message).join("; "));
    this.name = "Failure";
    this.exitCode = exitCode;
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}
