/**
 * The part of Go's text/template that stacks use in Traefik's default rule and dynamic files: text, pipelines,
 * `if`/`else`/`with`/`range`/`end`, variables and common functions. Anything else is an error that names it.
 */
import { type TemplatePart, templateParts } from "../values/go_template.ts";
import { parseExpression, type Pipeline } from "./go_template_expression.ts";
import { member, TemplateError, type TemplateFunctions, weighed } from "./go_template_functions.ts";

type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly pipeline: Pipeline }
  | { readonly kind: "assign"; readonly name: string; readonly pipeline: Pipeline }
  | {
    readonly kind: "if" | "with" | "range";
    readonly names: readonly string[];
    readonly pipeline: Pipeline;
    readonly then: readonly Block[];
    readonly otherwise: readonly Block[];
  };

interface Scope {
  readonly dot: unknown;
  readonly variables: Map<string, unknown>;
  readonly budget: Budget;
}

/** Blocks within blocks; more would end this program's stack. */
const DEEPEST = 200;
/** Blocks that one rendering may go through, and characters that it may give. */
const MOST_BLOCKS = 100_000;
const MOST_TEXT = 4 * 1024 * 1024;

/** What is left of a rendering: a template of one line can ask for more than any machine has. */
class Budget {
  #blocks = MOST_BLOCKS;
  #text = MOST_TEXT;

  block(): void {
    if (--this.#blocks < 0) throw new TemplateError(`it goes through more than ${MOST_BLOCKS} blocks`);
  }

  text(text: string): string {
    this.#text -= text.length;
    if (this.#text < 0) throw new TemplateError(`it gives more than ${MOST_TEXT} characters`);
    return text;
  }
}

/**
 * Renders a template.
 *
 * @param data what `.` is
 * @throws TemplateError where the template uses something that is not known here
 */
export function renderTemplate(template: string, data: unknown, functions: TemplateFunctions): string {
  const { parts, isClosed } = templateParts(template);
  if (!isClosed) throw new TemplateError('a "{{" is not closed');
  const cursor = { parts, index: 0, depth: 0 };
  const { blocks, ending } = parseBlocks(cursor);
  if (ending !== "") throw new TemplateError(`"{{${ending}}}" closes nothing`);
  return renderBlocks(blocks, {
    dot: data,
    variables: new Map([["$", data]]),
    budget: new Budget(),
  }, functions);
}

interface Cursor {
  readonly parts: readonly TemplatePart[];
  index: number;
  depth: number;
}

function parseBlocks(cursor: Cursor): { blocks: Block[]; ending: string } {
  const blocks: Block[] = [];
  while (cursor.index < cursor.parts.length) {
    const { kind, text: action } = cursor.parts[cursor.index++] ?? { kind: "text", text: "" };
    if (kind === "text") {
      if (action !== "") blocks.push({ kind, text: action });
      continue;
    }
    if (action === "end" || action === "else" || action.startsWith("else ")) {
      return { blocks, ending: action };
    }
    blocks.push(parseAction(action, cursor));
  }
  return { blocks, ending: "" };
}

function parseAction(action: string, cursor: Cursor): Block {
  const control = /^(if|with|range)\s+([\s\S]+)$/.exec(action);
  if (control !== null) return parseControl(control[1] as "if" | "with" | "range", control[2] ?? "", cursor);
  const assignment = /^(\$\w*)\s*:?=\s*([\s\S]+)$/.exec(action);
  if (assignment !== null) {
    const [, name = "", expression = ""] = assignment;
    return { kind: "assign", name, pipeline: parseExpression(expression) };
  }
  if (/^(define|template|block|break|continue)\b/.test(action)) {
    throw new TemplateError(`the action "${action.split(/\s/)[0]}" is not understood`);
  }
  return { kind: "output", pipeline: parseExpression(action) };
}

function parseControl(kind: "if" | "with" | "range", head: string, cursor: Cursor): Block {
  if (++cursor.depth > DEEPEST) throw new TemplateError(`more than ${DEEPEST} blocks stand in one another`);
  const block = parseWhole(kind, head, cursor);
  cursor.depth--;
  return block;
}

function parseWhole(kind: "if" | "with" | "range", head: string, cursor: Cursor): Block {
  const declared = /^(\$\w+)(?:\s*,\s*(\$\w+))?\s*:=\s*([\s\S]+)$/.exec(head);
  const names = declared === null ? [] : [declared[1], declared[2]].filter((name) => name !== undefined);
  const pipeline = parseExpression(declared?.[3] ?? head);
  const { blocks: then, ending } = parseBlocks(cursor);
  if (ending === "") throw new TemplateError(`"{{${kind}}}" has no "{{end}}"`);
  if (ending === "end") return { kind, names, pipeline, then, otherwise: [] };
  const chained = ending.replace(/^else\s*/, "");
  if (chained !== "") return { kind, names, pipeline, then, otherwise: [parseAction(chained, cursor)] };
  const { blocks: otherwise, ending: last } = parseBlocks(cursor);
  if (last !== "end") throw new TemplateError(`"{{else}}" has no "{{end}}"`);
  return { kind, names, pipeline, then, otherwise };
}

function renderBlocks(blocks: readonly Block[], scope: Scope, functions: TemplateFunctions): string {
  return blocks.map((block) => renderBlock(block, scope, functions)).join("");
}

function renderBlock(block: Block, scope: Scope, functions: TemplateFunctions): string {
  scope.budget.block();
  if (block.kind === "text") return scope.budget.text(block.text);
  const value = evaluate(block.pipeline, scope, functions);
  switch (block.kind) {
    case "output":
      return scope.budget.text(printed(value));
    case "assign":
      scope.variables.set(block.name, value);
      return "";
    case "range":
      return renderRange(block, value, scope, functions);
    default: {
      if (!isTrue(value)) return renderBlocks(block.otherwise, scope, functions);
      const variables = new Map(scope.variables);
      for (const name of block.names) variables.set(name, value);
      return renderBlocks(
        block.then,
        { ...scope, dot: block.kind === "with" ? value : scope.dot, variables },
        functions,
      );
    }
  }
}

function renderRange(
  block: Block & { kind: "if" | "with" | "range" },
  value: unknown,
  scope: Scope,
  functions: TemplateFunctions,
): string {
  const entries = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : typeof value === "string"
    ? notRanged(value)
    : Object.entries((value ?? {}) as Record<string, unknown>).sort(([a], [b]) => a < b ? -1 : 1);
  if (entries.length === 0) return renderBlocks(block.otherwise, scope, functions);
  return entries.map(([key, item]) => {
    const variables = new Map(scope.variables);
    const [first, second] = block.names;
    if (second !== undefined && first !== undefined) variables.set(first, key).set(second, item);
    else if (first !== undefined) variables.set(first, item);
    return renderBlocks(block.then, { ...scope, dot: item, variables }, functions);
  }).join("");
}

function notRanged(value: string): never {
  throw new TemplateError(`the text "${value.slice(0, 40)}" cannot be ranged over`);
}

function evaluate(pipeline: Pipeline, scope: Scope, functions: TemplateFunctions): unknown {
  let piped: readonly unknown[] = [];
  for (const command of pipeline) {
    const [head, ...rest] = command;
    if (head === undefined) throw new TemplateError("a pipeline has an empty command");
    if (head.kind === "literal" && head.value === undefined) throw new TemplateError("nil is no command");
    const values = [...rest.map((term) => evaluateTerm(term, scope, functions)), ...piped];
    piped = head.kind === "name"
      ? [call(head.text, values, functions)]
      : [evaluateTerm(head, scope, functions)];
    if (head.kind !== "name" && values.length > 0) {
      throw new TemplateError("a value is called as if it were a function");
    }
  }
  return piped[0];
}

function evaluateTerm(term: Pipeline[number][number], scope: Scope, functions: TemplateFunctions): unknown {
  switch (term.kind) {
    case "literal":
      return term.value;
    case "name":
      return call(term.text, [], functions);
    case "group":
      return evaluate(term.pipeline, scope, functions);
    case "field": {
      const start = term.variable === undefined ? scope.dot : scope.variables.get(term.variable);
      if (term.variable !== undefined && !scope.variables.has(term.variable)) {
        throw new TemplateError(`the variable "${term.variable}" is not defined`);
      }
      return term.path.reduce<unknown>(member, start);
    }
  }
}

function call(name: string, values: readonly unknown[], functions: TemplateFunctions): unknown {
  const implementation = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (implementation === undefined) throw new TemplateError(`the function "${name}" is not known`);
  return weighed(implementation(...values));
}

/** Truth as text/template has it: not the zero value. */
function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value !== null && typeof value === "object") return Object.keys(value).length > 0;
  return Boolean(value);
}

function printed(value: unknown): string {
  if (value === undefined || value === null) return "<no value>";
  if (Array.isArray(value)) return `[${value.map(printed).join(" ")}]`;
  return String(value);
}
