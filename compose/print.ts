/** Prints a project's canonical form: the same project gives the same bytes. */
import type { Project } from "./project.ts";
import { yamlOutput } from "../lib/diagnostics/yaml_output.ts";

/** The canonical form as JSON, keys sorted, indented by two, with a line end. */
export function printJson(project: Project): string {
  return `${JSON.stringify(sorted(project.canonical), null, 2)}\n`;
}

/** The canonical form as YAML. */
export function printYaml(project: Project): string {
  return yamlOutput(sorted(project.canonical), { lineWidth: 0, aliasDuplicateObjects: false });
}

const FIRST = ["name", "services"];

function sorted(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => {
    const [a, b] = depth === 0 ? [FIRST.indexOf(left), FIRST.indexOf(right)] : [-1, -1];
    if (a !== b) return (a < 0 ? FIRST.length : a) - (b < 0 ? FIRST.length : b);
    return left < right ? -1 : left > right ? 1 : 0;
  });
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each, depth + 1)]));
}
