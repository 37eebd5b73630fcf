/** The text of a node to a value of its type, by the words that Go and Traefik's decoder take. */
import { printDuration } from "../values/duration.ts";
import { parseDuration } from "./duration.ts";
import { type DecodeProblem, type Node, problemAt } from "./node.ts";
import type { Scalar } from "./shapes/shape.ts";

/** The words of Go's strconv.ParseBool. */
const booleans: Readonly<Record<string, boolean>> = {
  "1": true,
  t: true,
  T: true,
  TRUE: true,
  true: true,
  True: true,
  "0": false,
  f: false,
  F: false,
  FALSE: false,
  false: false,
  False: false,
};

/** Undefined, and a problem, where the text is no value of the type. */
export function decodeScalar(problems: DecodeProblem[], shape: Scalar, node: Node): unknown {
  switch (shape.kind) {
    case "string":
      return node.value;
    case "boolean": {
      const value = booleans[node.value];
      if (value === undefined) problems.push(notA(node, "a boolean", `Write "true" or "false"`));
      return value;
    }
    case "integer": {
      const value = /^[+-]?\d+$/.test(node.value) ? BigInt(node.value.replace(/^\+/, "")) : undefined;
      if (value === undefined || BigInt.asIntN(64, value) !== value) {
        problems.push(notA(node, "a whole number", "Write a decimal number without a unit"));
        return undefined;
      }
      return Number(value);
    }
    case "duration": {
      const value = parseDuration(node.value);
      if (value === undefined) {
        problems.push(
          notA(node, "a duration", `Write seconds ("10") or a duration with units ("1m30s")`),
        );
        return undefined;
      }
      return printDuration(value);
    }
  }
}

function notA(node: Node, what: string, hint: string): DecodeProblem {
  const shown = node.value === "" ? "the empty text" : `"${node.value}"`;
  return problemAt(node, `${shown} is not ${what}`, hint);
}
