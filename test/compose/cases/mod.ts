/** All cases by topic, and how a case gets onto disk. */
import { dirname, join } from "node:path";
import type { LoadOptions } from "../../../compose/mod.ts";
import type { Case } from "./case.ts";
import { FORMS } from "./forms.ts";
import { INTERPOLATION } from "./interpolation.ts";
import { MERGING } from "./merging.ts";
import { PROJECTS } from "./projects.ts";
import { SCALARS } from "./scalars.ts";
import { VARIABLES } from "./variables.ts";

export type { Case };

export const TOPICS: Readonly<Record<string, readonly Case[]>> = {
  scalars: SCALARS,
  interpolation: INTERPOLATION,
  variables: VARIABLES,
  forms: FORMS,
  projects: PROJECTS,
  merging: MERGING,
};

/** Writes a case's files below a directory and returns the options that load it. */
export async function place(each: Case, root: string): Promise<LoadOptions> {
  const directory = join(root, "project");
  await Deno.mkdir(directory, { recursive: true });
  for (const [path, text] of Object.entries(each.files)) {
    const file = join(directory, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  return {
    directory,
    files: each.load ?? ["compose.yaml"],
    environment: each.env ?? {},
    ...(each.envFiles && { envFiles: each.envFiles }),
    ...(each.profiles && { profiles: each.profiles }),
    ...(each.projectName !== undefined && { projectName: each.projectName }),
  };
}
