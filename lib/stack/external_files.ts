/** `configs` and `secrets` that are external and that another project of the machine has. */
import type { FileObject, Project } from "../../compose/project.ts";
import { type Diagnostic } from "../diagnostics/diagnostic.ts";
import { at, type Neighbour } from "./context.ts";

/**
 * The project with the definition of the project that makes it in the place of each such object, as a namespace has its
 * own copy; a remark for each.
 */
export function withNeighboursFiles(
  project: Project,
  neighbours: readonly Neighbour[],
): { readonly project: Project; readonly findings: readonly Diagnostic[] } {
  const findings: Diagnostic[] = [];
  const filled = (section: "configs" | "secrets"): Project["configs"] =>
    Object.fromEntries(
      Object.entries(project[section]).map(([key, object]) => {
        const found = object?.external === true ? madeBy(neighbours, section, object.name ?? key) : undefined;
        if (found === undefined) return [key, object];
        findings.push({
          code: "kube-external-copied",
          severity: "info",
          message: `External ${section === "secrets" ? "secret" : "config"} "${
            object?.name ?? key
          }" is that of project "${found.owner}": the namespace gets its own copy`,
          ...at(project, [section, key]),
          hint: "Migrate this project again when it changes there",
        });
        return [key, found.object];
      }),
    );
  return { project: { ...project, configs: filled("configs"), secrets: filled("secrets") }, findings };
}

/** By the name that an engine knows it by. What a variable of the other project holds is not known here. */
function madeBy(
  neighbours: readonly Neighbour[],
  section: "configs" | "secrets",
  name: string,
): { readonly owner: string; readonly object: FileObject } | undefined {
  for (const { project } of neighbours) {
    for (const [key, object] of Object.entries(project[section])) {
      const isMade = object?.file !== undefined || object?.content !== undefined;
      if (isMade && (object.name ?? `${project.name}_${key}`) === name) {
        return { owner: project.name, object };
      }
    }
  }
  return undefined;
}
