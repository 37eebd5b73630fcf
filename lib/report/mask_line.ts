/** Hides what may be secret in a line of input that is shown beside a message. */

const SECRET = String
  .raw`[\w.-]*(?:pass|pwd|_pw\b|secret|token|key|credential|auth|dsn|hmac|salt|cookie|private)[\w.-]*`;
/** `KEY: `, `KEY=`, quoted or not, anywhere in the line; but not compose's own section `secrets:`. */
const PAIR = new RegExp(String.raw`(?!["']?secrets["']?\s*:)["']?\b${SECRET}["']?\s*[:=]\s*(?=\S)`, "gi");
/** `--token value`, `-password=value`. */
const FLAG = new RegExp(String.raw`--?${SECRET}(?:=|\s+)(?=\S)`, "gi");
/** A whole quoted text, with what each kind of quote escapes; or the rest of the line where it does not end there. */
const QUOTED = /"(?:\\.|[^"\\])*"?|'(?:''|[^'])*'?/y;
/** The parts of a line before a value that decide where it ends: quotes where YAML begins a text, and brackets. */
const OPENING = /(?<=^|[\s[{,:=])(?:"(?:\\.|[^"\\])*"?|'(?:''|[^'])*'?)|[[{]|[\]}]/g;
/** In an env file: everything after the name; and a line of a value that began above. */
const ENV_ASSIGNMENT = /^(\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*[=:]\s*)(\S.*)$/;
const ENV_CONTINUATION = /^(\s*)(?!#|(?:export\s+)?[A-Za-z_][\w.-]*\s*(?:[=:]|$))(\S.*)$/;
/** The password in `scheme://user:password@host` and in `user:password@tcp(host)`. */
const URL_PASSWORD = /(\/\/[^/\s:@]*:)(\S+)(?=@)/g;
const DSN_PASSWORD = /(\b[\w.-]+:)(\S+)(?=@(?:tcp|unix)?\()/g;
/** A crypt hash or an unsalted one, as Traefik's basicAuth takes them. */
const HASH = /\$(?:2[abxy]?|apr1|1|5|6)\$[^\s"',]+|\{SHA\}[^\s"',]+/g;

/**
 * The line with values of the same width of asterisks, so that a caret below it still points to its column.
 * In an env file every value is hidden: nobody knows which one opens something.
 */
export function maskLine(line: string, file: string): string {
  const isEnvFile = /(^|\/)\.?[^/]*\.?env(\.[^/]*)?$/.test(file);
  const known = isEnvFile
    ? line.replace(ENV_CONTINUATION, hideSecond).replace(ENV_ASSIGNMENT, hideSecond)
    : line;
  return hideAfter(hideAfter(known, PAIR, endOfValue), FLAG, endOfArgument)
    .replace(URL_PASSWORD, hideSecond)
    .replace(DSN_PASSWORD, hideSecond)
    .replace(HASH, hide);
}

/** Hides what stands after each match of `before`; a match inside of what is hidden already counts for nothing. */
function hideAfter(line: string, before: RegExp, endOf: (line: string, start: number) => number): string {
  let shown = "";
  let rest = 0;
  for (const match of line.matchAll(before)) {
    if (match.index < rest) continue;
    const start = match.index + match[0].length;
    const end = endOf(line, start);
    shown += line.slice(rest, start) + hideValue(line.slice(start, end));
    rest = end;
  }
  return shown + line.slice(rest);
}

/** Where the value at `start` ends: with its quotes or those around it, at a comma of a flow collection, or never. */
function endOfValue(line: string, start: number): number {
  const { quote, isFlow } = contextAt(line, start);
  if (quote !== undefined) return endOfQuoted(line, quote) - 1;
  const from = /["']/.test(line[start] ?? "") ? Math.min(endOfQuoted(line, start), line.length) : start;
  const end = line.slice(from).search(isFlow ? /[,\]}]/ : /\s#/);
  return end < 0 ? line.length : from + end;
}

/** An argument ends at a blank, as in a shell, unless quotes hold it together. */
function endOfArgument(line: string, start: number): number {
  const { quote } = contextAt(line, start);
  if (/["']/.test(line[start] ?? "")) return endOfQuoted(line, start);
  const blank = line.slice(start).search(/\s/);
  const end = blank < 0 ? line.length : start + blank;
  return quote === undefined ? end : isWord(line, quote) ? endOfQuoted(line, quote) - 1 : end;
}

/** Whether quotes hold one argument, `"--password=a b"`, and not a whole command. */
function isWord(line: string, quote: number): boolean {
  return line[quote + 1] === "-";
}

/** Whether a quote is open at `end`, and where it opened; and whether brackets are. */
function contextAt(line: string, end: number): { readonly quote?: number; readonly isFlow: boolean } {
  let depth = 0;
  for (const { 0: part, index } of line.matchAll(OPENING)) {
    if (index >= end) break;
    if (/^["']/.test(part) && index + part.length > end) return { quote: index, isFlow: depth > 0 };
    if (part === "[" || part === "{") depth++;
    if (part === "]" || part === "}") depth--;
  }
  return { isFlow: depth > 0 };
}

/** The place behind the closing quote; one behind the line where it does not close. */
function endOfQuoted(line: string, start: number): number {
  QUOTED.lastIndex = start;
  const whole = QUOTED.exec(line)?.[0] ?? "";
  const isClosed = whole.length > 1 && whole.endsWith(line[start] ?? "");
  return start + whole.length + (isClosed ? 0 : 1);
}

function hideSecond(_whole: string, before: string, value: string): string {
  return `${before}${hideValue(value)}`;
}

/** What is only named, as `${DB_PASSWORD}`, gives nothing away. */
function hideValue(value: string): string {
  return /^["']?\$\{\w+\}["']?$/.test(value) ? value : hide(value);
}

function hide(text: string): string {
  return "*".repeat(text.length);
}
