/** Single words of TOML 1.0: keys, texts, numbers. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import { TomlError } from "./value.ts";

/** A text and how far it has been read. */
export interface Cursor {
  readonly file: string;
  readonly text: string;
  /** Where each line begins. */
  readonly lines: readonly number[];
  at: number;
}

export function cursorOn(file: string, text: string): Cursor {
  return { file, text, lines: [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)], at: 0 };
}

/** A part of a key: `http` in `[http.routers]`. */
export interface KeyPart {
  readonly name: string;
  readonly span: Span;
}

/** From there to where the cursor is. */
export function spanFrom(cursor: Cursor, start: number): Span {
  const [from, to] = [placeOf(cursor, start), placeOf(cursor, Math.max(cursor.at, start))];
  return { file: cursor.file, ...from, endLine: to.line, endColumn: to.column };
}

function placeOf({ lines }: Cursor, offset: number): { readonly line: number; readonly column: number } {
  let [low, high] = [0, lines.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
}

export function fail(cursor: Cursor, reason: string, start = cursor.at): never {
  throw new TomlError(reason, spanFrom({ ...cursor, at: start }, start));
}

/** Whether the text goes on with these letters. */
export function sees({ text, at }: Cursor, letters: string): boolean {
  return text.startsWith(letters, at);
}

/** Reads the letters, if they are there. */
export function take(cursor: Cursor, letters: string): boolean {
  if (!sees(cursor, letters)) return false;
  cursor.at += letters.length;
  return true;
}

/** Reads what the pattern (sticky) matches here, perhaps nothing. */
export function takeMatch(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const [found = ""] = pattern.exec(cursor.text) ?? [];
  cursor.at += found.length;
  return found;
}

export function skipBlanks(cursor: Cursor): void {
  takeMatch(cursor, /[ \t]*/y);
}

/** Blanks, comments and ends of lines. */
export function skipLines(cursor: Cursor): void {
  takeMatch(cursor, /(?:[ \t\r\n]|#[^\n]*)*/y);
}

/** What may follow a value or a header: a comment and the end of the line. */
export function endOfLine(cursor: Cursor): void {
  takeMatch(cursor, /[ \t]*(?:#[^\n]*)?\r?/y);
  if (cursor.at < cursor.text.length && !take(cursor, "\n")) {
    fail(cursor, "something follows on the same line");
  }
}

/** A key with its dots: `a.b`, `"a b".c`. */
export function keyParts(cursor: Cursor): readonly KeyPart[] {
  const parts: KeyPart[] = [];
  do {
    skipBlanks(cursor);
    const start = cursor.at;
    const name = sees(cursor, '"') || sees(cursor, "'") ? textIn(cursor) : takeMatch(cursor, /[\w-]+/y);
    if (cursor.at === start) fail(cursor, "a key is missing");
    parts.push({ name, span: spanFrom(cursor, start) });
    skipBlanks(cursor);
  } while (take(cursor, "."));
  return parts;
}

/** A text in quotes, of any of the four kinds. */
export function textIn(cursor: Cursor): string {
  if (take(cursor, '"""')) return unescaped(cursor, untilEnd(cursor, '"""'), true);
  if (take(cursor, "'''")) return untilEnd(cursor, "'''");
  const start = cursor.at;
  if (take(cursor, "'")) {
    const text = takeMatch(cursor, /[^'\n]*/y);
    return take(cursor, "'") ? text : fail(cursor, "a text does not end on its line", start);
  }
  take(cursor, '"');
  const text = takeMatch(cursor, /(?:[^"\\\n]|\\[^\n])*/y);
  return take(cursor, '"')
    ? unescaped(cursor, text, false)
    : fail(cursor, "a text does not end on its line", start);
}

/** The rest of a text of several lines; a line's end right after the quotes is not part of it. */
function untilEnd(cursor: Cursor, quotes: string): string {
  const start = cursor.at;
  takeMatch(cursor, /\r?\n/y);
  const from = cursor.at;
  const inside = quotes === '"""' ? /(?:[^"\\]|\\[^]|"(?!""))*/y : /(?:[^']|'(?!''))*/y;
  takeMatch(cursor, inside);
  // Up to two quotes may stand right before the closing three.
  while (cursor.text.startsWith(quotes + quotes[0], cursor.at)) cursor.at++;
  const text = cursor.text.slice(from, cursor.at);
  return take(cursor, quotes) ? text : fail(cursor, `a text has no closing ${quotes}`, start);
}

const ESCAPED: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\x1b",
  '"': '"',
  "\\": "\\",
};

function unescaped(cursor: Cursor, text: string, isLong: boolean): string {
  return text.replace(
    /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|([ \t]*\r?\n\s*)|([^]))/g,
    (_whole, short?: string, long?: string, fold?: string, letter?: string) => {
      const code = short ?? long;
      if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff) {
        return String.fromCodePoint(Number.parseInt(code, 16));
      }
      if (fold !== undefined && isLong) return "";
      return ESCAPED[letter ?? ""] ?? fail(cursor, `"\\${letter ?? code ?? ""}" is no escape of TOML`);
    },
  );
}

const WHOLE = /^[+-]?(?:0|[1-9](?:_?\d)*)$/;
const BASED = /^0(?:x[\da-fA-F](?:_?[\da-fA-F])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)$/;
const FRACTION = /^[+-]?(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?$/;
const DATE = /^\d{4}-\d\d-\d\d(?:[Tt ][\d:.]+(?:[Zz]|[+-]\d\d:\d\d)?)?$|^\d\d:\d\d:\d\d(?:\.\d+)?$/;

/** What stands without quotes: a boolean, number or date, as the text that Traefik makes of it. */
export function bareText(cursor: Cursor): string {
  const start = cursor.at;
  const word = takeMatch(cursor, /\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#]+/y);
  const digits = word.replaceAll("_", "");
  if (word === "true" || word === "false" || DATE.test(word)) return word;
  if (WHOLE.test(word) || BASED.test(word)) {
    return digits.startsWith("-")
      ? String(-BigInt(digits.slice(1)))
      : String(BigInt(digits.replace(/^\+/, "")));
  }
  if (FRACTION.test(word)) return Number(digits).toFixed(6);
  if (/^[+-]?(?:inf|nan)$/.test(word)) return word;
  return fail(
    cursor,
    word === "" ? "a value is missing" : `"${word}" is no value: a text stands in quotes`,
    start,
  );
}
