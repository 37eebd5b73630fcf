/**
 * The expression language of Traefik's rules and constraints: calls with text arguments, `&&`, `||`, `!` and
 * parentheses, with Go's precedence (github.com/vulcand/predicate).
 */

export type Rule =
  | { readonly kind: "and" | "or"; readonly left: Rule; readonly right: Rule }
  | { readonly kind: "not"; readonly of: Rule }
  | { readonly kind: "call"; readonly name: string; readonly values: readonly string[] };

/** A rule that cannot be read; `offset` counts UTF-16 units from its start. */
export class RuleError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = "RuleError";
    this.offset = offset;
  }
}

type Token = { readonly kind: "name" | "text" | "sign"; readonly text: string; readonly offset: number };

/**
 * Reads a rule.
 *
 * @throws RuleError where it is not an expression
 */
export function parseRule(text: string): Rule {
  const cursor: Cursor = { tokens: tokenize(text), index: 0, end: text.length };
  const rule = parseOr(cursor);
  const rest = cursor.tokens[cursor.index];
  if (rest !== undefined) {
    throw new RuleError(`"${rest.text}" stands where an operator is expected`, rest.offset);
  }
  return rule;
}

interface Cursor {
  readonly tokens: readonly Token[];
  readonly end: number;
  index: number;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:([A-Za-z_]\w*)|(`[^`]*`)|("(?:\\.|[^"\\])*")|(&&|\|\||[!(),]))/gy;
  while (text.slice(pattern.lastIndex).trim() !== "") {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      const offset = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0);
      throw new RuleError(`"${text.slice(offset, offset + 12)}" is not understood`, offset);
    }
    const [whole, name, backticked, quoted, sign] = match;
    const token = name ?? backticked ?? quoted ?? sign ?? "";
    const offset = start + whole.length - token.length;
    if (name !== undefined) tokens.push({ kind: "name", text: name, offset });
    else if (backticked !== undefined) tokens.push({ kind: "text", text: backticked.slice(1, -1), offset });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: unquote(quoted, offset), offset });
    else tokens.push({ kind: "sign", text: token, offset });
  }
  return tokens;
}

function unquote(quoted: string, offset: number): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new RuleError("a text in double quotes has an escape that Go does not know", offset);
  }
}

function parseOr(cursor: Cursor): Rule {
  let left = parseAnd(cursor);
  while (takeSign(cursor, "||")) left = { kind: "or", left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Rule {
  let left = parseUnary(cursor);
  while (takeSign(cursor, "&&")) left = { kind: "and", left, right: parseUnary(cursor) };
  return left;
}

function parseUnary(cursor: Cursor): Rule {
  if (takeSign(cursor, "!")) return { kind: "not", of: parseUnary(cursor) };
  if (takeSign(cursor, "(")) {
    const inner = parseOr(cursor);
    expectSign(cursor, ")");
    return inner;
  }
  return parseCall(cursor);
}

function parseCall(cursor: Cursor): Rule {
  const name = cursor.tokens[cursor.index];
  if (name === undefined) throw new RuleError("the rule ends too early", cursor.end);
  if (name.kind !== "name") {
    throw new RuleError(`"${name.text}" stands where a matcher is expected`, name.offset);
  }
  cursor.index++;
  expectSign(cursor, "(");
  const values: string[] = [];
  if (takeSign(cursor, ")")) return { kind: "call", name: name.text, values };
  do {
    const value = cursor.tokens[cursor.index];
    if (value?.kind !== "text") {
      throw new RuleError("a value is not in backticks or double quotes", value?.offset ?? cursor.end);
    }
    values.push(value.text);
    cursor.index++;
  } while (takeSign(cursor, ","));
  expectSign(cursor, ")");
  return { kind: "call", name: name.text, values };
}

function takeSign(cursor: Cursor, sign: string): boolean {
  const token = cursor.tokens[cursor.index];
  if (token?.kind !== "sign" || token.text !== sign) return false;
  cursor.index++;
  return true;
}

function expectSign(cursor: Cursor, sign: string): void {
  if (takeSign(cursor, sign)) return;
  const token = cursor.tokens[cursor.index];
  throw new RuleError(`"${sign}" is missing`, token?.offset ?? cursor.end);
}

/** Every call in a rule, from left to right. */
export function callsOf(rule: Rule): (Rule & { kind: "call" })[] {
  if (rule.kind === "call") return [rule];
  if (rule.kind === "not") return callsOf(rule.of);
  return [...callsOf(rule.left), ...callsOf(rule.right)];
}
