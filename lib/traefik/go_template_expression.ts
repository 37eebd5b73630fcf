/** The expressions between `{{` and `}}`: pipelines of commands, each a list of terms. */
import { TemplateError } from "./go_template_functions.ts";
import { unquoted } from "./go_string.ts";
import { templateTokens } from "../values/go_template.ts";

export type Term =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "field"; readonly variable?: string; readonly path: readonly string[] }
  | { readonly kind: "group"; readonly pipeline: Pipeline };

export type Pipeline = readonly (readonly Term[])[];

/** Reads an expression. @throws TemplateError where it is none, or one that is not known here */
export function parseExpression(expression: string): Pipeline {
  const cursor = { tokens: templateTokens(expression), index: 0, depth: 0 };
  const pipeline = parsePipeline(cursor);
  if (cursor.index < cursor.tokens.length) {
    throw new TemplateError(`"${cursor.tokens[cursor.index]}" stands where nothing may`);
  }
  return pipeline;
}

interface Cursor {
  readonly tokens: readonly string[];
  index: number;
  depth: number;
}

/** Parentheses in one another; more would end this program's stack. */
const DEEPEST = 200;

function parsePipeline(cursor: Cursor): Pipeline {
  const commands: Term[][] = [[]];
  while (cursor.index < cursor.tokens.length) {
    const token = cursor.tokens[cursor.index] ?? "";
    if (token === ")") break;
    cursor.index++;
    if (token === "|") {
      commands.push([]);
      continue;
    }
    commands.at(-1)?.push(token === "(" ? parseGroup(cursor) : parseTerm(token));
  }
  if (commands.some((command) => command.length === 0)) {
    throw new TemplateError("a pipeline has an empty command");
  }
  return commands;
}

function parseGroup(cursor: Cursor): Term {
  if (++cursor.depth > DEEPEST) {
    throw new TemplateError(`more than ${DEEPEST} parentheses stand in one another`);
  }
  const pipeline = parsePipeline(cursor);
  cursor.depth--;
  if (cursor.tokens[cursor.index] !== ")") throw new TemplateError("a parenthesis is not closed");
  cursor.index++;
  return { kind: "group", pipeline };
}

function parseTerm(token: string): Term {
  if (token.startsWith("`")) return { kind: "literal", value: token.slice(1, -1) };
  if (token.startsWith('"')) return { kind: "literal", value: unquoted(token) };
  if (/^-?\d+(\.\d+)?$/.test(token)) return { kind: "literal", value: Number(token) };
  if (!/^(\$[\w.]*|[a-zA-Z_.][\w.]*)$/.test(token)) {
    throw new TemplateError(`"${token.slice(0, 40)}" is not understood`);
  }
  if (token === "true" || token === "false") return { kind: "literal", value: token === "true" };
  if (token === "nil") return { kind: "literal", value: undefined };
  if (token.startsWith("$")) {
    const [variable = "$", ...path] = token.split(".");
    return { kind: "field", variable, path };
  }
  if (token.startsWith(".")) return { kind: "field", path: token.split(".").filter((name) => name !== "") };
  return { kind: "name", text: token };
}
