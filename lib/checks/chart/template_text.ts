/** The actions of a Go template as operands: as much of its syntax as tells which values are read. */
import { templateParts, templateTokens } from "../../values/go_template.ts";

/** One operand: a chain of fields behind a base, a text, a word (function or number), or a pipeline in parentheses. */
export type Operand =
  | { readonly kind: "chain"; readonly base: string; readonly fields: readonly string[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "group"; readonly pipeline: Pipeline; readonly fields: readonly string[] };

/** Commands between pipes, each a list of operands. */
export type Pipeline = readonly (readonly Operand[])[];

/** What stands between `{{` and `}}`. */
export interface Action {
  /** `if`, `else if`, `with`, `range`, `end`, …; absent for a plain pipeline. */
  readonly keyword?: string;
  /** Variables on the left of `:=` or `=`, with their dollar sign. */
  readonly variables: readonly string[];
  readonly declares: boolean;
  readonly pipeline: Pipeline;
}

/** The actions of a template in order; comments and everything outside of braces are left out. */
export function templateActions(text: string): Action[] {
  return templateParts(text).parts.flatMap((part) =>
    part.kind === "action" ? [parseAction(templateTokens(part.text))] : []
  );
}

const KEYWORDS: ReadonlySet<string> = new Set(
  ["if", "with", "range", "else", "end", "define", "block", "template", "break", "continue"],
);

function parseAction(all: readonly string[]): Action {
  let rest = [...all];
  let keyword: string | undefined;
  if (KEYWORDS.has(rest[0] ?? "")) {
    keyword = rest.shift();
    if (keyword === "else" && (rest[0] === "if" || rest[0] === "with")) keyword = `else ${rest.shift()}`;
  }
  const assign = rest.findIndex((token) => token === ":=" || token === "=");
  const left = assign < 0 ? [] : rest.slice(0, assign).filter((token) => token !== ",");
  const isAssignment = left.length > 0 && left.every((token) => /^\$\w+$/.test(token));
  const declares = isAssignment && rest[assign] === ":=";
  if (isAssignment) rest = rest.slice(assign + 1);
  return {
    ...(keyword === undefined ? {} : { keyword }),
    variables: isAssignment ? left : [],
    declares,
    pipeline: new PipelineReader(rest).read(),
  };
}

class PipelineReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(all: readonly string[]) {
    this.#tokens = all;
  }

  /** To the end, or to the parenthesis that closes it. */
  read(): Pipeline {
    const commands: Operand[][] = [[]];
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at] ?? "";
      if (token === ")") break;
      if (token === "|") commands.push([]);
      else commands.at(-1)?.push(this.#operand(token));
    }
    return commands.filter((command) => command.length > 0);
  }

  #operand(token: string): Operand {
    if (token === "(") {
      this.#at++;
      const pipeline = this.read();
      const after = this.#tokens[this.#at + 1] ?? "";
      const hasFields = /^\.\w/.test(after);
      if (hasFields) this.#at++;
      return { kind: "group", pipeline, fields: hasFields ? fieldsOf(after) : [] };
    }
    if (/^["'`]/.test(token)) return { kind: "text", text: unquoted(token) };
    if (token.startsWith(".")) return { kind: "chain", base: ".", fields: fieldsOf(token) };
    if (token.startsWith("$")) {
      const [base = "$"] = token.split(".");
      return { kind: "chain", base, fields: fieldsOf(token.slice(base.length)) };
    }
    return { kind: "word", word: token };
  }
}

function fieldsOf(chain: string): string[] {
  return chain.split(".").filter((field) => field !== "");
}

function unquoted(token: string): string {
  const inner = token.slice(1, -1);
  return token.startsWith("`") ? inner : inner.replace(/\\(.)/gs, "$1");
}
