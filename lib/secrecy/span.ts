/** Characters of a text that are a secret, and why. */

/** From `start` up to `end`, which is not part of it. `why` is words for a reader, never the value. */
export interface SecretSpan {
  readonly start: number;
  readonly end: number;
  readonly why: string;
}

/** The spans in order, those that touch or overlap as one. */
export function joined(spans: readonly SecretSpan[]): readonly SecretSpan[] {
  const result: SecretSpan[] = [];
  for (const span of [...spans].sort((left, right) => left.start - right.start || right.end - left.end)) {
    const last = result.at(-1);
    if (span.end <= span.start) continue;
    if (last !== undefined && span.start < last.end) {
      result[result.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    } else result.push(span);
  }
  return result;
}

/** The same spans in a text that begins `offset` characters earlier. */
export function moved(spans: readonly SecretSpan[], offset: number): SecretSpan[] {
  return spans.map((span) => ({ ...span, start: span.start + offset, end: span.end + offset }));
}

/** The text without any of these characters at its end; a pattern would try each of many in vain. */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1] ?? "")) end--;
  return text.slice(0, end);
}
