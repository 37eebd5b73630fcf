/** Every key that `decisions.yaml` may have, with what its schema says of it. */
import { z } from "zod";
import { type Json, list, record } from "../values/json.ts";
import { decisionsBody } from "./schema.ts";

/** One key; a `*` stands for a name of the user's own. */
export interface DecisionKey {
  readonly key: string;
  readonly description?: string;
  /** What may stand there: `private | loadBalancer`, `text`, `map`. */
  readonly allowed: string;
}

let known: readonly DecisionKey[] | undefined;

/** In the order of the schema, what is above before what is below it. */
export function decisionKeys(): readonly DecisionKey[] {
  return known ??= below(z.toJSONSchema(decisionsBody, { io: "input", unrepresentable: "any" }) as Json, []);
}

function below(schema: Json, path: readonly string[]): DecisionKey[] {
  const branches = [schema, ...list(schema["anyOf"])];
  const found = branches.flatMap((branch) => {
    const named = Object.entries(record(branch["properties"]) ?? {});
    const other = record(branch["additionalProperties"]) ?? record(branch["items"]);
    return [...named, ...(other === undefined ? [] : [["*", other] as const])];
  });
  const keys = found.flatMap(([key, value]) => {
    const inner = record(value);
    if (inner === undefined) return [];
    const description = inner["description"];
    const here = {
      key: [...path, key].join("."),
      ...(typeof description === "string" ? { description } : {}),
      allowed: allowed(inner),
    };
    return [here, ...below(inner, [...path, key])];
  });
  const seen = new Set<string>();
  return keys.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** In words that an operator can follow. */
function allowed(schema: Json): string {
  const { anyOf, enum: values, type, pattern, const: only } = schema;
  if (Array.isArray(anyOf)) return [...new Set(list(anyOf).map(allowed))].join(", or ");
  if (Array.isArray(values)) return values.map(String).join(" | ");
  if (only !== undefined) return String(only);
  if (type === "array") return `list of ${allowed(record(schema["items"]) ?? {})}`;
  if (type === "object") {
    const values = record(schema["additionalProperties"]);
    const text = values === undefined ? "map" : allowed(values);
    return text === "map" ? text : `map of ${text}`;
  }
  if (type === "string") return pattern === undefined ? "text" : `text that matches ${String(pattern)}`;
  if (type === "integer" || type === "number") return "number";
  return type === "boolean" ? "true | false" : "any value";
}
