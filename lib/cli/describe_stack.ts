/** The line by which a command says what it works with. */
import { plural } from "../diagnostics/plural.ts";
import type { PlannedStack } from "./plan_stack.ts";

/** What is moved, which decisions and whose scripts are in force. */
export function describeStack(stack: PlannedStack, isExample: boolean): string {
  const { project, directory, decisions, sources, known } = stack;
  const services = plural(Object.keys(project?.services ?? {}).length, "service");
  const name = isExample ? "the bundled example" : `project "${project?.name ?? ""}"`;
  const decided = sources.has(decisions.file) ? `decisions from ${decisions.file}` : "no decisions";
  const scripts = known === undefined
    ? ""
    : `, scripts of "${known.name}", as it has ${known.services.map((each) => `"${each}"`).join(" and ")}`;
  return `Stack: ${name} in ${directory}, ${services}, ${decided}${scripts}`;
}
