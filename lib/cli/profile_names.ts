/** `--profile` names profiles of the compose files, of the decisions, or of both; a name that neither has is a slip. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Decisions } from "../decisions/decisions.ts";

/** An error for every name that means nothing here; `*` is compose's word for all. */
export function checkProfileNames(
  names: readonly string[],
  project: Project,
  decisions: Decisions,
): Diagnostic[] {
  const services = [...Object.values(project.services), ...Object.values(project.disabledServices)];
  const known = new Set([...decisions.profiles ?? [], ...services.flatMap(({ profiles }) => profiles ?? [])]);
  return names.filter((name) => name !== "*" && !known.has(name)).map((name): Diagnostic => {
    const near = nearest(name, known);
    const list = [...known].sort().map((each) => `"${each}"`).join(", ");
    return {
      code: "cli-profile-unknown",
      severity: "error",
      message: `Neither the compose files nor "${decisions.file}" have a profile "${name}"`,
      hint: near !== undefined
        ? `Did you mean --profile ${near}?`
        : list === ""
        ? "Leave --profile out, or add it under profiles in the decisions file"
        : `There are ${list}; or add it under profiles in the decisions file`,
    };
  });
}
