/** Paths as a reader of the stack writes them. */
import type { Project } from "../../compose/project.ts";

/** A path below the project directory without it; any other path as it is. */
export function relativePath(project: Project, path: string): string {
  const root = `${project.workingDir.replace(/\/+$/, "")}/`;
  return path.startsWith(root) ? path.slice(root.length) : path;
}
