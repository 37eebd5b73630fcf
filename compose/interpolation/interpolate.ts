/** Replaces the variables in a document's values and reads casted values as their type. Keys stay as written. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import { type Cast, CASTS, type CastTable, castText } from "./casts.ts";
import { type Node, nodeSpan, type Scalar, scalar, text } from "../tree/node.ts";
import { isFullOfWarnings, problem, type Report, warning } from "../tree/report.ts";
import { spanOf } from "../tree/source.ts";
import { type Lookup, substitute, type TemplateProblem } from "./template.ts";

interface Walk {
  readonly lookup: Lookup;
  readonly report: Report;
}

/** Interpolates a document from its root; the tree is changed in place. */
export function interpolate(root: Node, lookup: Lookup, report: Report): Node {
  return walk(root, CASTS, { lookup, report });
}

function walk(node: Node, table: CastTable | Cast | undefined, run: Walk): Node {
  if (node.kind === "scalar") {
    return node.type === "string" ? replace(node, castOf(table), run) : node;
  }
  const below = typeof table === "object" ? table : undefined;
  if (node.kind === "sequence") {
    for (const [index, item] of node.items.entries()) node.items[index] = walk(item, below?.["*"], run);
    return node;
  }
  for (const [key, value] of node.entries) {
    const next = below === undefined ? undefined : Object.hasOwn(below, key) ? below[key] : below["*"];
    const replaced = walk(value, next, run);
    if (replaced !== value) node.entries.set(key, replaced);
  }
  return node;
}

function castOf(table: CastTable | Cast | undefined): Cast | undefined {
  if (typeof table !== "object") return table;
  const own = table[""];
  return typeof own === "string" ? own : undefined;
}

function replace(node: Scalar, cast: Cast | undefined, run: Walk): Scalar {
  const template = String(node.value);
  const hasVariable = template.includes("$");
  if (!hasVariable && cast === undefined) return node;
  let value = template;
  if (hasVariable) {
    const found = substitute(template, run.lookup);
    if (found.problem !== undefined) return fail(node, template, found.problem, run);
    for (const { name, offset } of found.unset) warnUnset(node, template, name, offset, run);
    value = found.value;
  }
  if (cast === undefined) return text(value, node);
  const read = castText(value, cast);
  if (read === undefined) {
    problem(
      run.report,
      "compose-cast",
      `Cannot read this value as ${CAST_NAMES[cast]}`,
      nodeSpan(node),
      hasVariable ? `set the variable to ${CAST_NAMES[cast]}` : `write ${CAST_NAMES[cast]}`,
    );
    return broken(node);
  }
  if (read.type === "bool" && !/^(true|false)$/i.test(value)) {
    warning(
      run.report,
      "compose-boolean-word",
      `"${value}" is not a boolean of YAML 1.2`,
      nodeSpan(node),
      `write ${read.value}`,
    );
  }
  return scalar(read.type, read.value, node);
}

const CAST_NAMES: Readonly<Record<Cast, string>> = {
  boolean: "true or false",
  integer: "an integer",
  float: "a number",
  float32: "a number",
  umask: "a umask such as 0o022",
};

function fail(node: Scalar, template: string, found: TemplateProblem, run: Walk): Scalar {
  const span = expressionSpan(node, template, found.offset);
  if (found.kind === "required") {
    const reason = found.reason === "" ? "" : `: ${found.reason}`;
    problem(
      run.report,
      "compose-required-variable",
      `The variable "${found.variable}" has to be set${reason}`,
      span,
      `set ${found.variable} in the shell or in the .env file`,
    );
  } else if (found.kind === "nesting") {
    problem(
      run.report,
      "compose-interpolation",
      "The defaults of variables are nested too deep",
      span,
      "compute the value outside and pass it in one variable",
    );
  } else {
    problem(
      run.report,
      "compose-interpolation",
      `"${expressionOnly(found.expression)}" is not a variable`,
      span,
      "write ${NAME} or ${NAME:-default} on one line, or $$ for a dollar sign",
    );
  }
  return broken(node);
}

/** Up to the closing brace: what stands around a broken expression may be a secret. */
function expressionOnly(text: string): string {
  return /^\$\{[^}]*\}/.exec(text)?.[0] ?? /^\$\{?\w*(?::?[-+?])?/.exec(text)?.[0] ?? "$";
}

function warnUnset(node: Scalar, template: string, name: string, offset: number, run: Walk): void {
  if (isFullOfWarnings(run.report)) return;
  warning(
    run.report,
    "compose-unset-variable",
    `The variable "${name}" is not set, so it becomes an empty text`,
    expressionSpan(node, template, offset),
    `set ${name} in the .env file, or write \${${name}:-default}`,
  );
}

/** Where an expression of a template stands in the file: escapes and folding may move it, so it is looked for. */
function expressionSpan(node: Scalar, template: string, offset: number): Span {
  const line = /^[^\n]*/.exec(template.slice(offset, offset + 80))?.[0] ?? "";
  const expression = /^\$\{[^}]*\}?|^\$\w*/.exec(line)?.[0] ?? line;
  const before = template.slice(0, offset).split(expression).length - 1;
  let at = node.start;
  for (let seen = 0; seen <= before; seen++) {
    const found = node.source.text.indexOf(expression, seen === 0 ? at : at + 1);
    if (found < 0 || found >= node.end) return nodeSpan(node);
    at = found;
  }
  return spanOf(node.source, at, at + expression.length);
}

function broken(node: Scalar): Scalar {
  return { ...node, broken: true };
}
