/** A decision that something is said about: its keys for the sentence, and the place where it is written. */
import type { Span } from "../diagnostics/diagnostic.ts";

type Key = string | number;

/** What knows where decisions are written; decisions that were made in memory do not. */
export interface Written {
  readonly span?: ((path: readonly Key[]) => Span | undefined) | undefined;
}

/** One decision, such as `databases.faf-db.users.hydra`. */
export class Decided {
  readonly #decisions: Written;
  readonly #keys: readonly Key[];

  constructor(decisions: Written, ...keys: readonly Key[]) {
    this.#decisions = decisions;
    this.#keys = keys;
  }

  /** What is decided below this. */
  at(...keys: readonly Key[]): Decided {
    return new Decided(this.#decisions, ...this.#keys, ...keys);
  }

  /** In the shape that a finding takes; the nearest decision above where this one is not written. */
  get place(): { readonly span?: Span } {
    const span = this.#decisions.span?.(this.#keys);
    return span === undefined ? {} : { span };
  }

  toString(): string {
    return this.#keys.join(".");
  }
}
