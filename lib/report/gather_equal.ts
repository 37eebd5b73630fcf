/** Findings that say the same of several things, as one. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** From so many on they are one. */
const MANY = 3;

/**
 * Gathers findings of one code whose messages are the same but for the names in quotes: the first stands for all, with
 * the others as related places. Those without a place stay as they are.
 */
export function gatherEqual(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const groups = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const key = keyOf(diagnostic);
    groups.set(key, [...groups.get(key) ?? [], diagnostic]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined || group.length < MANY || group.some(({ span }) => span === undefined)) {
      return group;
    }
    return [{
      ...first,
      related: [
        ...first.related ?? [],
        ...others.flatMap(({ message, span, related }) => [
          ...(span === undefined ? [] : [{ message, span }]),
          ...related ?? [],
        ]),
      ],
      ...(first.hint === undefined ? {} : {
        hint: others.every(({ hint }) => hint === first.hint)
          ? first.hint
          : `${first.hint}; likewise the others`,
      }),
    }];
  });
}

function keyOf({ code, severity, message }: Diagnostic): string {
  return `${severity} ${code} ${message.replace(/"[^"]*"/g, '""').replace(/\d+/g, "0")}`;
}
