/** What a TOML text holds, each value with its place. */
import type { Span } from "../../diagnostics/diagnostic.ts";

export type TomlValue = TomlText | TomlList | TomlTable;

/** A text, number, date or boolean, as Traefik has it once it is a text. */
export interface TomlText {
  readonly kind: "text";
  readonly text: string;
}

export interface TomlList {
  readonly kind: "list";
  readonly items: TomlValue[];
  /** Made of `[[headers]]`, so that more may follow. */
  readonly isOfHeaders: boolean;
}

export interface TomlTable {
  readonly kind: "table";
  readonly entries: Map<string, { readonly value: TomlValue; readonly span: Span }>;
  /** Written as `[header]` or `{ inline }`: it cannot be written a second time. */
  isWritten: boolean;
  readonly isInline: boolean;
  readonly span: Span;
}

/** Where a text is no TOML. */
export class TomlError extends Error {
  readonly reason: string;
  readonly span: Span;

  constructor(reason: string, span: Span) {
    super(reason);
    this.reason = reason;
    this.span = span;
  }
}

/** A table that is there because something below it was named. */
export function tableAt(span: Span, how: { isWritten?: boolean; isInline?: boolean } = {}): TomlTable {
  const { isWritten = false, isInline = false } = how;
  return { kind: "table", entries: new Map(), isWritten, isInline, span };
}
