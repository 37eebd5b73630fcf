/**
 * Reads `.env` and `env_file` texts. The grammar is that of compose-go's `dotenv` package, which differs from
 * the shell's and from that of other libraries; a key that is empty is refused here, and a name without a value
 * counts as inherited at the end of the text as well.
 */
import { type Lookup, substitute } from "./template.ts";

export interface DotenvValue {
  readonly value: string;
  /** Offset of the key in the text. */
  readonly offset: number;
  /** The characters of the value as it is written, its quotes included; absent where it is inherited. */
  readonly written?: { readonly start: number; readonly end: number };
  /** A variable in it is not set, and so a part of it is empty. */
  readonly lacks?: true;
}

/** Why a text cannot be read, with the characters that it is about. */
export interface DotenvProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly hint: string;
}

export interface Dotenv {
  readonly values: ReadonlyMap<string, DotenvValue>;
  readonly problem?: DotenvProblem;
}

interface Reading {
  readonly text: string;
  readonly values: Map<string, DotenvValue>;
  readonly lookup: Lookup;
  readonly earlier: Lookup;
  at: number;
}

/** Raised inside the reader; `readDotenv` turns it into a value. */
class Refused extends Error {
  readonly problem: DotenvProblem;
  constructor(problem: DotenvProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Reads a text. Variables in values are looked up outside first, then among the earlier keys of the text, and then in the
 * files before it, whose values compose-go's parser finds in the map that it fills.
 */
export function readDotenv(text: string, lookup: Lookup, earlier: Lookup = () => undefined): Dotenv {
  const values = new Map<string, DotenvValue>();
  const reading: Reading = { text, values, lookup, earlier, at: text.startsWith("\uFEFF") ? 1 : 0 };
  try {
    while (skipToStatement(reading)) readStatement(reading);
    return { values };
  } catch (error) {
    if (error instanceof Refused) return { values, problem: error.problem };
    throw error;
  }
}

/** Moves over blanks and comments. */
function skipToStatement(reading: Reading): boolean {
  const { text } = reading;
  for (;;) {
    while (reading.at < text.length && /\s|\x85/.test(text.charAt(reading.at))) reading.at++;
    if (reading.at >= text.length) return false;
    if (text[reading.at] !== "#") return true;
    reading.at = lineEnd(text, reading.at);
  }
}

function readStatement(reading: Reading): void {
  const { text } = reading;
  const exported = /^export[\t\v\f\r \x85\xA0]+/.exec(text.slice(reading.at, reading.at + 64));
  if (exported !== null) reading.at += exported[0].length;
  const start = reading.at;
  const end = keyEnd(reading);
  const key = text.slice(start, end).trimEnd();
  if (key.includes(" ")) refuse("A key cannot contain a blank", start, start + key.length, KEY_HINT);
  const isInherited = end >= text.length || text[end] === "\n";
  reading.at = Math.min(end + 1, text.length);
  if (key === "") {
    if (isInherited) return;
    refuse("A value needs a key before it", start, end + 1, KEY_HINT);
  }
  if (isInherited) {
    const value = reading.lookup(key) ?? (reading.values.has(key) ? undefined : reading.earlier(key));
    if (value !== undefined) reading.values.set(key, { value, offset: start });
    return;
  }
  while (isBlank(text.charCodeAt(reading.at))) reading.at++;
  const from = reading.at;
  const { value, end: to, lacks } = readValue(reading);
  const read = { value, offset: start, written: { start: from, end: to } };
  reading.values.set(key, lacks ? { ...read, lacks } : read);
}

const KEY_HINT = "write NAME=value, one to a line; quote a value that goes over several lines";

/** The offset of the `=`, `:` or line end that ends the key. */
function keyEnd(reading: Reading): number {
  const { text } = reading;
  for (let at = reading.at; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 61 || code === 58 || code === 10) return at;
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 95 && code !== 92 && code !== 94)) continue;
    if ((code >= 48 && code <= 57) || code === 45 || code === 46 || isBlank(code)) continue;
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (/\p{L}|\p{N}/u.test(character)) {
      at += character.length - 1;
      continue;
    }
    refuse(`A key cannot contain "${character}"`, at, at + character.length, KEY_HINT);
  }
  return text.length;
}

/** A value, and where what is written of it ends: before a comment, after a closing quote. */
interface ReadValue extends Expanded {
  readonly end: number;
}

interface Expanded {
  readonly value: string;
  readonly lacks: boolean;
}

function readValue(reading: Reading): ReadValue {
  const { text } = reading;
  const quote = text[reading.at];
  if (quote === '"' || quote === "'") return readQuoted(reading, quote);
  const start = reading.at;
  const end = lineEnd(text, start);
  reading.at = Math.min(end + 1, text.length);
  const line = text.slice(start, end);
  const comment = line.indexOf(" #");
  const written = trimEnd(comment < 0 ? line : line.slice(0, comment));
  return { ...expand(written, start, reading), end: start + written.length };
}

function readQuoted(reading: Reading, quote: string): ReadValue {
  const { text } = reading;
  const start = reading.at;
  let at = start + 1;
  let value = "";
  for (; at < text.length && text[at] !== quote; at++) {
    const isEscape = text[at] === "\\" && at + 1 < text.length;
    if (!isEscape) value += text[at];
    else if (text[++at] === quote) value += quote;
    else value += `\\${text[at]}`;
  }
  if (at >= text.length) {
    refuse("A quoted value is not closed", start, lineEnd(text, start), `close it with ${quote}`);
  }
  reading.at = at + 1;
  const read = quote === "'" ? { value, lacks: false } : expand(expandEscapes(value), start, reading);
  return { ...read, end: at + 1 };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

/** Escapes as Go reads them; an octal one is written `\0` and three digits. */
export function expandEscapes(value: string): string {
  return value.replaceAll(/\\(?:([abcfnrtv"\\])|(\$)|0(\d{0,3}))/g, (match, letter, dollar, digits) => {
    if (dollar !== undefined) return "$$";
    if (letter !== undefined) return ESCAPES[letter] ?? match;
    if (/^[0-3][0-7]{2}$/.test(digits)) return String.fromCharCode(parseInt(digits, 8));
    return `\\${digits}`;
  });
}

function expand(value: string, start: number, reading: Reading): Expanded {
  const found = substitute(
    value,
    (name) => reading.lookup(name) ?? reading.values.get(name)?.value ?? reading.earlier(name),
  );
  if (found.problem === undefined) return { value: found.value, lacks: found.unset.length > 0 };
  const end = lineEnd(reading.text, start);
  const hint = "write $$ for a dollar, or put the value in single quotes";
  if (found.problem.kind !== "required") refuse("The value has a malformed variable", start, end, hint);
  const { variable } = found.problem;
  refuse(`The value needs the variable "${variable}", which is not set`, start, end, `set ${variable}`);
}

function refuse(message: string, start: number, end: number, hint: string): never {
  throw new Refused({ message, start, end, hint });
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || (code >= 11 && code <= 13) || code === 0x85 || code === 0xa0;
}

function trimEnd(value: string): string {
  return value.replace(/[\s\x85]+$/, "");
}
