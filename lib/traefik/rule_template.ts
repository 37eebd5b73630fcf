/** Templates of Traefik 2's matchers, `{name}` and `{name:pattern}`, as Go regular expressions (containous/mux). */

/** A template that mux refuses. */
export class TemplateSyntaxError extends Error {}

export interface TemplateOptions {
  /** What `{name}` without a pattern stands for. */
  readonly default: string;
  /** The anchor at the end; empty for a prefix. */
  readonly end: "$" | "";
  /** Whether upper-case letters of the pattern match lower-case text: hosts arrive in lower case. */
  readonly foldCase: boolean;
}

/** Whether a value is a template. */
export function hasBraces(value: string): boolean {
  return /[{}]/.test(value);
}

/** The regular expression that mux makes of a template. */
export function templateToRegexp(template: string, options: TemplateOptions): string {
  let pattern = "";
  let end = 0;
  for (const [from, to] of braces(template)) {
    const inner = template.slice(from + 1, to - 1);
    const colon = inner.indexOf(":");
    const name = colon < 0 ? inner : inner.slice(0, colon);
    const part = colon < 0 ? options.default : inner.slice(colon + 1);
    if (name === "" || part === "") {
      throw new TemplateSyntaxError(`"${template}" lacks a name or a pattern in braces`);
    }
    pattern += `${quoteMeta(template.slice(end, from))}${isAtom(part) ? part : `(${part})`}`;
    end = to;
  }
  pattern += quoteMeta(template.slice(end));
  const prefix = options.foldCase && /[A-Z]/.test(pattern) ? "(?i)^" : "^";
  return `${prefix}${pattern}${options.end}`;
}

/** The names in a template's braces. */
export function templateNames(template: string): string[] {
  return braces(template).map(([from, to]) => template.slice(from + 1, to - 1).split(":")[0] ?? "");
}

/** One class or dot with at most one repetition needs no parentheses. */
function isAtom(part: string): boolean {
  return /^(\.|\[[^[\]]*\]|\\[dws])[*+?]?$/.test(part);
}

/** What Go's regexp.QuoteMeta does. */
function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

/** The outermost pairs of braces: offsets of `{` and behind `}`. */
function braces(template: string): [number, number][] {
  const found: [number, number][] = [];
  let level = 0;
  let start = 0;
  for (let index = 0; index < template.length; index++) {
    if (template[index] === "{" && ++level === 1) start = index;
    if (template[index] === "}" && --level === 0) found.push([start, index + 1]);
    if (level < 0) break;
  }
  if (level !== 0) throw new TemplateSyntaxError(`"${template}" has unbalanced braces`);
  return found;
}
