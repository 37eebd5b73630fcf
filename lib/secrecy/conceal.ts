/** Puts something else where secrets stand. */
import type { SecretSpan } from "./span.ts";

/** Shorter values are no strong secrets, and stand everywhere. */
const SHORTEST = 4;
/** What stands where a secret value would. */
export const MASK = "***";

/** Values of this length are hidden within longer words too; shorter ones only where a word begins and ends. */
const LONG = 12;

/** The text with a mask in the place of every span. */
export function conceal(text: string, spans: readonly SecretSpan[]): string {
  return replaced(text, spans, () => MASK);
}

/** The text with asterisks of the same width, so that lines and columns stay. */
export function concealInPlace(text: string, spans: readonly SecretSpan[]): string {
  return replaced(text, spans, (found) => found.replaceAll(/[^\r\n]/g, "*"));
}

/** Where these values stand in a text: as words of their own, long ones anywhere. */
export function occurrences(text: string, values: readonly string[]): readonly SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const value of values) {
    if (value.length < SHORTEST) continue;
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
      const end = at + value.length;
      if (value.length >= LONG || isWord(text, at, end)) {
        spans.push({ start: at, end, why: "a secret's value" });
      }
    }
  }
  return spans;
}

function isWord(text: string, start: number, end: number): boolean {
  const isInner = (inside: string | undefined, outside: string | undefined): boolean =>
    /[A-Za-z0-9]/.test(inside ?? "") && /[A-Za-z0-9]/.test(outside ?? "");
  return !isInner(text[start], text[start - 1]) && !isInner(text[end - 1], text[end]);
}

function replaced(text: string, spans: readonly SecretSpan[], by: (found: string) => string): string {
  let result = "";
  let at = 0;
  for (const { start, end } of [...spans].sort((left, right) => left.start - right.start)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    result += text.slice(at, from) + by(text.slice(from, end));
    at = end;
  }
  return result + text.slice(at);
}
