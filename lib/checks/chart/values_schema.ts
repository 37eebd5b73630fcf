/** What a chart's values.schema.json says of one path. */
import { list, record } from "../../values/json.ts";

type Schema = Readonly<Record<string, unknown>>;

/**
 * `known`: the schema names it, or describes what may stand there. `refused`: nothing else than what the schema names
 * may stand there, and Helm installs nothing. `open`: it says nothing. References within the file are followed.
 */
export function schemaAnswer(
  schema: Schema | undefined,
  path: readonly string[],
): "known" | "refused" | "open" {
  if (schema === undefined) return "open";
  let inside: readonly Schema[] = alternatives(schema, schema);
  for (const key of path) {
    const answers = inside.map((one) => step(one, key));
    if (answers.length > 0 && answers.every((answer) => answer === "refused")) return "refused";
    inside = answers.flatMap((answer) => typeof answer === "string" ? [] : alternatives(answer, schema));
    if (inside.length === 0) return "open";
  }
  return "known";
}

function step(schema: Schema, key: string): Schema | "refused" | "open" {
  const property = record(record(schema["properties"])?.[key]);
  if (property !== undefined) return property;
  for (const [pattern, described] of Object.entries(record(schema["patternProperties"]) ?? {})) {
    if (fits(pattern, key)) return record(described) ?? {};
  }
  const further = schema["additionalProperties"];
  if (further === false) return "refused";
  return record(further) ?? "open";
}

/** A pattern that cannot be read here may fit: Helm's own check has the last word. */
function fits(pattern: string, key: string): boolean {
  try {
    return new RegExp(pattern, "u").test(key);
  } catch {
    return true;
  }
}

/** The schema itself, or what it refers to or lets choose from. */
function alternatives(schema: Schema, root: Schema, depth = 0): readonly Schema[] {
  if (depth > 8) return [];
  const target = schema["$ref"];
  if (typeof target === "string") {
    const found = target.startsWith("#/") ? at(root, target) : undefined;
    return found === undefined ? [] : alternatives(found, root, depth + 1);
  }
  const choices = [...list(schema["anyOf"]), ...list(schema["oneOf"])];
  return choices.length === 0 ? [schema] : choices.flatMap((one) => alternatives(one, root, depth + 1));
}

function at(root: Schema, pointer: string): Schema | undefined {
  let inside: unknown = root;
  for (const key of pointer.slice(2).split("/")) {
    inside = record(inside)?.[key.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return record(inside);
}
