/** Go's interpreted string literals, as a template writes them. */
import { TemplateError } from "./go_template_functions.ts";

const PLAIN: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
  '"': 34,
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\"])|)/g;

/**
 * The text of a literal with its quotes; `\x` and octal escapes are bytes of UTF-8 (https://go.dev/ref/spec#String_literals).
 * @throws TemplateError where an escape is none of Go's, or a line ends in it
 */
export function unquoted(literal: string): string {
  const inner = literal.slice(1, -1);
  if (inner.includes("\n")) throw new TemplateError("a text in quotes goes over several lines");
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const match of inner.matchAll(ESCAPE)) {
    parts.push(new TextEncoder().encode(inner.slice(at, match.index)), bytesOf(match));
    at = match.index + match[0].length;
  }
  parts.push(new TextEncoder().encode(inner.slice(at)));
  return new TextDecoder().decode(Uint8Array.from(parts.flatMap((part) => [...part])));
}

function bytesOf([whole, hex, octal, short, long, plain]: RegExpMatchArray): Uint8Array {
  if (plain !== undefined) return Uint8Array.of(PLAIN[plain] ?? 0);
  const byte = hex !== undefined ? parseInt(hex, 16) : octal !== undefined ? parseInt(octal, 8) : undefined;
  if (byte !== undefined && byte < 256) return Uint8Array.of(byte);
  const code = parseInt(short ?? long ?? "", 16);
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  if (!isCharacter) throw new TemplateError(`the escape "${whole}" in a text is not Go's`);
  return new TextEncoder().encode(String.fromCodePoint(code));
}
