/**
 * Variables in a value: `$NAME`, `${NAME}` and the operators `:-` `-` `:?` `?` `:+` `+`, nested, `$$` for a dollar.
 * The grammar is that of compose-go's `template` package: the first operator wins, a default ends on its line.
 */

/** The value of a variable, or nothing where it is not set. */
export type Lookup = (name: string) => string | undefined;

/** What went wrong in a template, with the offset in it where that expression starts. */
export type TemplateProblem =
  | { readonly kind: "syntax"; readonly offset: number; readonly expression: string }
  | { readonly kind: "required"; readonly offset: number; readonly variable: string; readonly reason: string }
  | { readonly kind: "nesting"; readonly offset: number };

export interface Substituted {
  readonly value: string;
  readonly problem?: TemplateProblem;
  /** Variables that were used without an operator and are not set. */
  readonly unset: readonly { readonly name: string; readonly offset: number }[];
}

const MAX_NESTING = 50;

interface Run {
  readonly lookup: Lookup;
  readonly unset: { name: string; offset: number }[];
  problem?: TemplateProblem;
}

/** The line that is being read: a braced expression may not reach over its end. */
interface Line {
  end: number;
  lastBrace: number;
}

/** Replaces every variable of a template. The first problem is kept; the rest of the value is of no use then. */
export function substitute(template: string, lookup: Lookup): Substituted {
  if (!template.includes("$")) return { value: template, unset: [] };
  const run: Run = { lookup, unset: [] };
  const value = expand(template, 0, run, 0);
  return run.problem === undefined
    ? { value, unset: run.unset }
    : { value, unset: run.unset, problem: run.problem };
}

function expand(template: string, offset: number, run: Run, depth: number): string {
  let out = "";
  let at = 0;
  const line: Line = { end: -1, lastBrace: -1 };
  while (at < template.length) {
    const dollar = template.indexOf("$", at);
    if (dollar < 0 || run.problem !== undefined) break;
    out += template.slice(at, dollar);
    const next = template.charCodeAt(dollar + 1);
    if (next === 36) {
      out += "$";
      at = dollar + 2;
    } else if (next === 123) {
      if (dollar >= line.end) moveToLine(line, template, dollar);
      const braced = expandBraced(template, dollar, line, offset, run, depth);
      out += braced.value;
      at = braced.end;
    } else {
      const end = nameEnd(template, dollar + 1);
      if (end === dollar + 1) out += "$";
      else out += plain(template.slice(dollar + 1, end), offset + dollar, run);
      at = end;
    }
  }
  return out + template.slice(at);
}

function plain(name: string, offset: number, run: Run): string {
  const value = run.lookup(name);
  if (value === undefined) run.unset.push({ name, offset });
  return value ?? "";
}

/** Expands `${…}` at `dollar`. */
function expandBraced(
  template: string,
  dollar: number,
  line: Line,
  offset: number,
  run: Run,
  depth: number,
): { value: string; end: number } {
  const start = dollar + 2;
  const end = nameEnd(template, start);
  const name = template.slice(start, end);
  if (name !== "" && template[end] === "}") {
    return { value: plain(name, offset + dollar, run), end: end + 1 };
  }
  const operator = /^:?[-+?]/.exec(template.slice(end, end + 2))?.[0];
  const last = line.lastBrace;
  if (name === "" || operator === undefined || last < end + operator.length) {
    run.problem ??= {
      kind: "syntax",
      offset: offset + dollar,
      expression: template.slice(dollar, dollar + 40),
    };
    return { value: "", end: template.length };
  }
  const closing = closingBrace(template, dollar + 1, last) ?? last;
  if (depth >= MAX_NESTING) {
    run.problem ??= { kind: "nesting", offset: offset + dollar };
    return { value: "", end: template.length };
  }
  const wordStart = end + operator.length;
  const word = template.slice(wordStart, Math.max(wordStart, closing));
  const value = operate(name, operator, word, offset + dollar, offset + wordStart, run, depth);
  return { value, end: closing + 1 };
}

function operate(
  name: string,
  operator: string,
  word: string,
  offset: number,
  wordOffset: number,
  run: Run,
  depth: number,
): string {
  const value = run.lookup(name);
  const counts = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  if (operator.endsWith("+")) return counts ? expand(word, wordOffset, run, depth + 1) : value ?? "";
  if (counts) return value ?? "";
  const other = expand(word, wordOffset, run, depth + 1);
  if (operator.endsWith("-")) return other;
  // Its own words: what the variables in them hold is shown to nobody.
  run.problem ??= { kind: "required", offset, variable: name, reason: word };
  return "";
}

/**
 * The brace that closes the one at `open`. The character after an opening brace is passed over unseen, and every
 * opening brace counts, whether a dollar stands before it or not, as upstream does.
 */
function closingBrace(template: string, open: number, last: number): number | undefined {
  let depth = 0;
  for (let at = open; at <= last; at++) {
    const code = template.charCodeAt(at);
    if (code === 125 && --depth === 0) return at;
    if (code === 123) {
      depth++;
      at++;
    }
  }
  return undefined;
}

/** Where a name that starts at `start` ends; `start` itself where there is none. */
function nameEnd(template: string, start: number): number {
  let at = start;
  while (at < template.length && isNameCharacter(template.charCodeAt(at), at > start)) at++;
  return at;
}

function isNameCharacter(code: number, digits: boolean): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 ||
    (digits && code >= 48 && code <= 57);
}

function moveToLine(line: Line, template: string, at: number): void {
  const newline = template.indexOf("\n", at);
  line.end = newline < 0 ? template.length : newline;
  line.lastBrace = template.lastIndexOf("}", line.end);
}

/** A variable's value; names that only exist on the object's prototype are not set. */
export function valueOf(environment: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}
