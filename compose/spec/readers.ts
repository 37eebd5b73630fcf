/** How values are read into the canonical form: Go's types, and what their JSON leaves out when empty. */
import { shortestFloat32, toBoolean, toFloat, toInteger } from "../interpolation/casts.ts";
import { goPrint } from "../tree/go_print.ts";
import { isNull, type Node, nodeSpan, type Scalar } from "../tree/node.ts";
import { problem } from "../tree/report.ts";
import { splitWords } from "./shell_words.ts";
import { parseBytes, parseDuration } from "./units.ts";
import { printDuration } from "../../lib/values/duration.ts";
import { define, type ReadContext } from "./field.ts";

/** A Go string field: integers are taken, other numbers and dates are not. */
export function readString(node: Node, context: ReadContext): unknown {
  return textOf(node, context) || undefined;
}

/** A string, printed even where it is empty. */
export function readAnyString(node: Node, context: ReadContext): unknown {
  return textOf(node, context);
}

/** A list of strings. */
export function readStrings(node: Node, context: ReadContext): unknown {
  if (node.kind !== "sequence" || node.items.length === 0) return undefined;
  return node.items.map((item) => textOf(item, context));
}

/** A string or a list of strings, as a list. */
export function readStringOrList(node: Node, context: ReadContext): unknown {
  return node.kind === "scalar"
    ? isNull(node) ? undefined : [textOf(node, context)]
    : readStrings(node, context);
}

/** A signed integer, left out where it is zero. */
export function readInteger(node: Node, context: ReadContext): unknown {
  return integerOf(node, context) || undefined;
}

/** A signed integer behind a Go pointer: zero is kept. */
export function readOptionalInteger(node: Node, context: ReadContext): unknown {
  return integerOf(node, context);
}

/** An unsigned integer, left out where it is zero. */
export function readUnsigned(node: Node, context: ReadContext): unknown {
  return unsignedOf(node, context) || undefined;
}

/** An unsigned integer, kept where it is zero: zero says something else than nothing. */
export function readOptionalUnsigned(node: Node, context: ReadContext): unknown {
  return unsignedOf(node, context);
}

/** A 32-bit float, left out where it is zero. */
export function readFloat(node: Node, context: ReadContext): unknown {
  if (node.kind !== "scalar" || isNull(node)) return undefined;
  const value = node.type === "string" ? toFloat(String(node.value)) : Number(node.value);
  if (value === undefined || node.type === "bool") return refuse(node, context, "a number");
  return shortestFloat32(value) || undefined;
}

/** A boolean, left out where it is false. */
export function readBoolean(node: Node, context: ReadContext): unknown {
  return booleanOf(node, context) || undefined;
}

/** A boolean, kept where it is false: false says something else than nothing. */
export function readOptionalBoolean(node: Node, context: ReadContext): unknown {
  return booleanOf(node, context);
}

/** A boolean that is true unless it is written, left out where it is true. */
export function readOptOut(node: Node, context: ReadContext): unknown {
  return booleanOf(node, context) === false ? false : undefined;
}

/** A size in bytes as a decimal text. */
export function readBytes(node: Node, context: ReadContext): unknown {
  if (node.kind !== "scalar" || isNull(node)) return undefined;
  if (node.type === "int") return node.value === 0 ? undefined : String(node.value);
  if (node.type !== "string") return refuse(node, context, "a whole number of bytes, or a text such as 1.5g");
  const bytes = parseBytes(String(node.value));
  if (typeof bytes === "bigint") return bytes === 0n ? undefined : String(bytes);
  problem(
    context.report,
    "compose-size",
    `"${node.value}" is not a size: ${bytes.reason}`,
    nodeSpan(node),
    "write a number with a unit of b, k, m, g, t or p, such as 512m",
  );
  return undefined;
}

/** A duration behind a Go pointer. */
export function readOptionalDuration(node: Node, context: ReadContext): unknown {
  if (node.kind !== "scalar" || isNull(node)) return undefined;
  const text = goPrint(node);
  const nanoseconds = parseDuration(text);
  if (typeof nanoseconds === "bigint") return printDuration(nanoseconds);
  problem(
    context.report,
    "compose-duration",
    `"${text}" is not a duration: ${nanoseconds.reason}`,
    nodeSpan(node),
    "write numbers with units of ms, s, m, h or d, such as 1m30s",
  );
  return undefined;
}

/** A duration, left out where it is zero. */
export function readDuration(node: Node, context: ReadContext): unknown {
  const text = readOptionalDuration(node, context);
  return text === "0s" ? undefined : text;
}

/** A command: `null` is the image's own, an empty list is none. */
export function readCommand(node: Node, context: ReadContext): unknown {
  if (node.kind === "sequence") return node.items.map((item) => stringOnly(item, context));
  if (node.kind !== "scalar" || isNull(node)) return null;
  const line = stringOnly(node, context);
  const words = splitWords(line);
  if (!("reason" in words)) return words;
  problem(
    context.report,
    "compose-command",
    `Cannot split the command: ${words.reason}`,
    nodeSpan(node),
    words.hint,
  );
  return [];
}

/** `healthcheck.test`: a string is run by the shell. */
export function readTest(node: Node, context: ReadContext): unknown {
  if (node.kind === "scalar") return ["CMD-SHELL", stringOnly(node, context)];
  if (node.kind !== "sequence" || node.items.length === 0) return undefined;
  return node.items.map((item) => stringOnly(item, context));
}

/** `KEY=value` pairs where a missing value stays null: the environment and build arguments. */
export function readEnvironment(node: Node, context: ReadContext): unknown {
  return readPairs(node, (value) => isNull(value) ? null : goPrint(value), null, (key, item) => {
    if (!/\s$/.test(key)) return;
    problem(
      context.report,
      "compose-environment-blank",
      `The name "${key.trimEnd()}" is followed by a blank`,
      nodeSpan(item),
      `write "${key.trimEnd()}=…" without the blank`,
    );
  });
}

/** `KEY=value` pairs where a missing value is an empty text: labels, annotations, options. */
export function readLabels(node: Node): unknown {
  return readPairs(node, (value) => isNull(value) ? "" : goPrint(value), "");
}

/** Options of a driver, by name; Go takes strings and integers only. */
export function readStringMap(node: Node, context: ReadContext): unknown {
  if (node.kind !== "mapping" || node.entries.size === 0) return undefined;
  const out: Record<string, unknown> = {};
  for (const [key, value] of node.entries) define(out, key, isNull(value) ? "" : textOf(value, context));
  return out;
}

function readPairs(
  node: Node,
  print: (value: Scalar) => unknown,
  missing: unknown,
  check?: (key: string, item: Node) => void,
): unknown {
  const out: Record<string, unknown> = {};
  let size = 0;
  if (node.kind === "mapping") {
    for (const [key, value] of node.entries) {
      if (value.kind === "scalar" && !value.broken) define(out, key, print(value));
      size++;
    }
  } else if (node.kind === "sequence") {
    for (const item of node.items) {
      if (item.kind !== "scalar" || item.broken) continue;
      const line = goPrint(item);
      const at = line.indexOf("=");
      const key = at < 0 ? line : line.slice(0, at);
      check?.(key, item);
      define(out, key, at < 0 ? missing : line.slice(at + 1));
      size++;
    }
  }
  return size === 0 ? undefined : out;
}

function textOf(node: Node, context: ReadContext): string {
  if (node.kind !== "scalar" || isNull(node)) return "";
  if (node.type === "string" || node.type === "int") return String(node.value);
  return refuse(node, context, "a string") ?? "";
}

function stringOnly(node: Node, context: ReadContext): string {
  if (node.kind === "scalar" && node.type === "string") return String(node.value);
  return refuse(node, context, "a string") ?? "";
}

function integerOf(node: Node, context: ReadContext): number | undefined {
  if (node.kind !== "scalar" || isNull(node)) return undefined;
  const value = node.type === "string" ? toInteger(String(node.value)) : node.value;
  if (value === undefined || node.type === "bool" || node.type === "time") {
    return refuse(node, context, "an integer");
  }
  return Math.trunc(Number(value));
}

function unsignedOf(node: Node, context: ReadContext): number | undefined {
  if (node.kind !== "scalar" || isNull(node)) return undefined;
  const isNumber = node.type === "int" || node.type === "float";
  if (!isNumber || Number(node.value) < 0) return refuse(node, context, "an integer that is not negative");
  return Math.trunc(Number(node.value));
}

function booleanOf(node: Node, context: ReadContext): boolean | undefined {
  if (node.kind !== "scalar" || isNull(node)) return undefined;
  if (node.type === "bool") return node.value === true;
  const value = node.type === "string" ? toBoolean(String(node.value)) : undefined;
  return value ?? refuse(node, context, "true or false");
}

/** Says that a value passed the shape but does not fit the type, such as a date where a text is wanted. */
function refuse(node: Node, context: ReadContext, wanted: string): undefined {
  if (node.broken) return undefined;
  const found = node.kind === "scalar" ? NAMES[node.type] : `a ${node.kind}`;
  problem(
    context.report,
    "compose-type",
    `This is read as ${found}, but has to be ${wanted}`,
    nodeSpan(node),
    wanted === "a string" ? "quote the value" : `write ${wanted}`,
  );
  node.broken = true;
  return undefined;
}

const NAMES: Readonly<Record<Scalar["type"], string>> = {
  string: "a string",
  int: "an integer",
  float: "a number",
  bool: "a boolean",
  null: "nothing",
  time: "a date",
};
