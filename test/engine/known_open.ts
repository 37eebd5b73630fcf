/** Differences that are known and not yet mended: each kind with what it is. They are counted, and end no run. */
import type { Difference } from "./compare.ts";

/** A kind of difference that is open. */
export interface KnownOpen {
  readonly aspect: RegExp;
  /** What the service sees in each; what it does not see is "". */
  readonly before?: RegExp;
  readonly after?: RegExp;
  readonly what: string;
}

export const KNOWN_OPEN: readonly KnownOpen[] = [];

/** Whether a difference is of this kind. */
export function isKnown(kind: KnownOpen, { aspect, before = "", after = "" }: Difference): boolean {
  return kind.aspect.test(aspect) && (kind.before?.test(before) ?? true) && (kind.after?.test(after) ?? true);
}
