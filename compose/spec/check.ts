/** Holds a tree against the specification's shapes and says everything that does not fit, each at its place. */
import { nearest } from "../../lib/diagnostics/nearest.ts";
import { keySpan, type Mapping, type Node, nodeSpan, type Scalar, type Sequence } from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";
import { PROJECT } from "./project.ts";
import {
  BOOLEAN,
  describe,
  INTEGER,
  type ListShape,
  type MappingShape,
  NULL,
  NUMBER,
  type ScalarShape,
  type Shape,
  STRING,
} from "./shape.ts";

interface Walk {
  readonly report: Report;
  readonly path: (string | number)[];
}

/** Checks a whole file's tree. */
export function checkShape(root: Node, report: Report): void {
  if (root.kind === "mapping" && isVersionOne(root)) {
    const first = [...root.entries].at(0);
    problem(
      report,
      "compose-version-1",
      "This is a file of the first compose format, which has its services at the top level",
      first === undefined ? nodeSpan(root) : keySpan(first[1], first[0]),
      'put the services below a key "services:" and indent them',
    );
    root.broken = true;
    return;
  }
  check(root, PROJECT, { report, path: [] });
}

/** Checks the value of `include`, which is taken out before the file as a whole is checked. */
export function checkIncludes(node: Node, report: Report): boolean {
  const before = report.errors;
  const shape = PROJECT.mapping?.keys?.get("include");
  if (shape !== undefined) check(node, shape, { report, path: ["include"] });
  return report.errors === before;
}

/** Version 1 files have no `services`, and a top level that looks like services. */
function isVersionOne(root: Mapping): boolean {
  if (root.entries.has("services") || root.entries.has("version") || root.entries.has("include")) {
    return false;
  }
  const unknown = [...root.entries].filter(([key]) =>
    !PROJECT.mapping?.keys?.has(key) && !key.startsWith("x-")
  );
  return unknown.length > 0 && unknown.every(([, value]) => isServiceLike(value));
}

function isServiceLike(node: Node): boolean {
  return node.kind === "mapping" && (node.entries.has("image") || node.entries.has("build"));
}

function check(node: Node, shape: Shape, walk: Walk): void {
  if (node.broken) return;
  if (node.kind === "scalar" && shape.scalar !== undefined) {
    checkScalar(node, shape.scalar, shape, walk);
  } else if (node.kind === "sequence" && shape.list !== undefined) {
    checkList(node, shape.list, walk);
  } else if (node.kind === "mapping" && shape.mapping !== undefined) {
    checkMapping(node, shape.mapping, walk);
  } else {
    wrongKind(node, shape, walk);
  }
}

function checkScalar(node: Scalar, allowed: ScalarShape, shape: Shape, walk: Walk): void {
  if ((kindOf(node) & allowed.kinds) === 0) return wrongKind(node, shape, walk);
  if (node.type === "string") {
    const value = String(node.value);
    if (allowed.words !== undefined && !allowed.words.includes(value)) {
      const near = nearest(value, allowed.words);
      return refuse(
        node,
        "compose-value",
        `${name(walk)} cannot be "${value}"`,
        near === undefined ? `write ${describe(shape)}` : `did you mean "${near}"?`,
        walk,
      );
    }
    if (allowed.pattern !== undefined && !allowed.pattern.test(value)) {
      refuse(node, "compose-value", `${name(walk)} cannot be "${value}"`, patternHint(walk), walk);
    }
    return;
  }
  if (typeof node.value !== "number" && typeof node.value !== "bigint") return;
  const { minimum, maximum } = allowed;
  if (Number.isNaN(node.value) || Math.abs(Number(node.value)) === Infinity) {
    return refuse(node, "compose-value", `${name(walk)} has to be a finite number`, "write a number", walk);
  }
  if (minimum !== undefined && node.value < minimum || maximum !== undefined && node.value > maximum) {
    const range = maximum === undefined ? `${minimum} or more` : `from ${minimum} to ${maximum}`;
    refuse(
      node,
      "compose-value",
      `${name(walk)} has to be ${range}, but is ${node.value}`,
      `write a number that is ${range}`,
      walk,
    );
  }
}

function patternHint(walk: Walk): string {
  return walk.path.at(-1) === "pull_policy"
    ? 'write "always", "missing", "never", "build", "daily", "weekly" or "every_<n>h"'
    : "start with a letter or a digit, then letters, digits, _, . and -, two characters at least";
}

function kindOf(node: Scalar): number {
  switch (node.type) {
    case "string":
    case "time":
      return STRING;
    case "int":
      return INTEGER | NUMBER;
    case "float":
      return Number.isInteger(node.value) ? INTEGER | NUMBER : NUMBER;
    case "bool":
      return BOOLEAN;
    case "null":
      return NULL;
  }
}

function checkList(node: Sequence, allowed: ListShape, walk: Walk): void {
  const seen = allowed.isUnique ? new Set<string>() : undefined;
  for (const [index, item] of node.items.entries()) {
    walk.path.push(index);
    check(item, allowed.items, walk);
    if (seen !== undefined && !item.broken) {
      const identity = identify(item);
      if (seen.has(identity)) {
        refuse(
          item,
          "compose-duplicate-item",
          `${name(walk)} repeats an item of its list`,
          "remove one of the two",
          walk,
        );
      }
      seen.add(identity);
    }
    walk.path.pop();
  }
}

function checkMapping(node: Mapping, allowed: MappingShape, walk: Walk): void {
  for (const [key, value] of node.entries) {
    const known = allowed.keys?.get(key);
    if (known === undefined && allowed.hasExtensions && key.startsWith("x-")) continue;
    const shape = known ?? (allowed.others?.pattern.test(key) ? allowed.others.shape : undefined);
    if (shape === undefined) {
      if (!allowed.isOpen) unknownKey(key, value, allowed, walk);
      continue;
    }
    walk.path.push(key);
    check(value, shape, walk);
    walk.path.pop();
  }
  for (const key of allowed.required ?? []) {
    if (!node.entries.has(key)) missingKey(node, key, walk);
  }
  const { someOf } = allowed;
  if (someOf !== undefined && !someOf.some((key) => node.entries.has(key))) {
    missingKey(node, someOf.join('" or "'), walk);
  }
}

function unknownKey(key: string, value: Node, allowed: MappingShape, walk: Walk): void {
  if (value.broken) return;
  value.broken = true;
  const within = walk.path.length === 0 ? "at the top level" : `in ${name(walk)}`;
  if (allowed.others !== undefined && allowed.keys === undefined) {
    problem(
      walk.report,
      "compose-name",
      `"${key}" is not a name that is allowed ${within}`,
      keySpan(value, key),
      "use letters, digits, ., _ and -",
    );
    return;
  }
  const near = nearest(key, allowed.keys?.keys() ?? []);
  problem(
    walk.report,
    "compose-unknown-key",
    `Unknown key "${key}" ${within}`,
    keySpan(value, key),
    near === undefined
      ? `remove it, or rename it to "x-${key}" if it is meant for another tool`
      : `did you mean "${near}"?`,
  );
}

function missingKey(node: Mapping, key: string, walk: Walk): void {
  if (node.broken) return;
  problem(
    walk.report,
    "compose-missing-key",
    `${name(walk)} needs the key "${key}"`,
    nodeSpan(node),
    `add "${key.split('"')[0]}:"`,
  );
}

function wrongKind(node: Node, shape: Shape, walk: Walk): void {
  const wanted = describe(shape);
  refuse(
    node,
    "compose-type",
    `${name(walk)} has to be ${wanted}, but is ${foundKind(node)}`,
    hintFor(node, shape, wanted),
    walk,
  );
}

function hintFor(node: Node, shape: Shape, wanted: string): string {
  const takesText = ((shape.scalar?.kinds ?? 0) & STRING) !== 0;
  if (node.kind === "scalar" && node.type !== "null" && takesText) return `quote the value: "${node.value}"`;
  if (node.kind === "scalar" && node.type === "null") {
    return `write ${wanted}, or remove the key`;
  }
  if (node.kind === "scalar" && shape.list !== undefined) {
    return 'write a list: "- " before the value, on its own line';
  }
  return `write ${wanted}`;
}

function foundKind(node: Node): string {
  if (node.kind === "sequence") return "a list";
  if (node.kind === "mapping") return "a mapping";
  const names = {
    string: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    null: "empty",
  };
  return node.type === "time" ? "a date" : names[node.type];
}

function refuse(node: Node, code: string, message: string, hint: string, walk: Walk): void {
  problem(walk.report, code, message, nodeSpan(node), hint);
  node.broken = true;
}

/** The path as users write it: `"services.web.ports[0]"`. */
function name(walk: Walk): string {
  let out = "";
  for (const part of walk.path) {
    if (typeof part === "number") out += `[${part}]`;
    else out += out === "" ? part : `.${part}`;
  }
  return out === "" ? "The file" : `"${out}"`;
}

/** A text that is equal for nodes of equal content. */
export function identify(node: Node): string {
  if (node.kind === "scalar") {
    const isNumber = node.type === "int" || node.type === "float";
    return isNumber
      ? `n${node.value}`
      : `${node.type === "string" ? "s" : node.type}${JSON.stringify(String(node.value))}`;
  }
  if (node.kind === "sequence") return `[${node.items.map(identify).join()}]`;
  const entries = [...node.entries].map(([key, value]) => `${JSON.stringify(key)}:${identify(value)}`);
  return `{${entries.sort().join()}}`;
}
