/** Loads a compose project from disk: from the options to a project, or to every reason why there is none. */
import type { Diagnostic } from "../lib/diagnostics/diagnostic.ts";
import { buildProject } from "./build_project.ts";
import { fileStart, type LoadContext } from "./files/context.ts";
import { absolutePath, cleanPath } from "./files/paths.ts";
import { loadModel } from "./model.ts";
import { valueOf } from "./interpolation/template.ts";
import { normalize } from "./normalize/normalize.ts";
import type { Loaded, LoadOptions, Project } from "./project.ts";
import { findName } from "./files/project_name.ts";
import { newReport, problem } from "./tree/report.ts";
import { type ComposeFile, readCompose, select } from "./files/selection.ts";

/**
 * Loads the project of a directory, as `docker compose` in that directory would (compose-go v2.16.2), and stricter
 * where docs/strictness.md says so. All problems are collected; it does not throw for anything that a file can
 * hold. Reads compose files, env files and nothing else; never follows what the project refers to.
 */
export async function load(options: LoadOptions): Promise<Loaded> {
  const context: LoadContext = {
    report: newReport(),
    directory: cleanPath(absolutePath(Deno.cwd(), options.directory)),
    home: options.environment["HOME"],
    sources: new Map(),
    texts: new Map(),
    edited: options.edited ?? new Map(),
    variables: new Map(),
  };
  const project = await loadProject(options, context);
  const { errors } = context.report;
  const diagnostics = withoutConsequences(context.report.diagnostics);
  return { diagnostics, sources: context.sources, ...(project !== undefined && errors === 0 && { project }) };
}

async function loadProject(options: LoadOptions, context: LoadContext): Promise<Project | undefined> {
  const { report } = context;
  const selection = await select(options, context);
  const { paths, workingDir, environment } = selection;
  const files: ComposeFile[] = [];
  for (const path of paths) {
    const file = await readCompose(path, context);
    if (file !== undefined) files.push(file);
  }
  const [first] = paths;
  if (first === undefined || files.length === 0) return undefined;
  const name = findName(options.projectName, selection, files, context);
  if (name !== undefined) environment["COMPOSE_PROJECT_NAME"] = name;
  const isReadable = report.errors === 0;
  const tree = await loadModel(files, { context, directory: workingDir, environment, including: [] });
  if (tree === undefined || tree.entries.size === 0) {
    if (isReadable) {
      problem(
        report,
        "compose-empty",
        "The compose file is empty",
        fileStart(first, context),
        'start with "services:"',
      );
    }
    return undefined;
  }
  if (tree.broken) return undefined;
  const isComplete = !report.diagnostics.some(({ code }) => INCOMPLETE.has(code));
  normalize(tree, name ?? "project", environment, report);
  return await buildProject({
    tree,
    name: name ?? "project",
    workingDir,
    composeFiles: paths,
    environment,
    profiles: profilesOf(options, environment),
    isComplete,
    leavesMissing: options.missingEnvFiles === "leave",
  }, context);
}

/** Where a file of variables could not be read, variables that are not set are no news. */
function withoutConsequences(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const isUnread = diagnostics.some(({ code }) =>
    code === "compose-env-file" || code === "compose-env-syntax"
  );
  return isUnread ? diagnostics.filter(({ code }) => code !== "compose-unset-variable") : diagnostics;
}

/** After one of these, what seems to be missing may be in the part that could not be read. */
const INCOMPLETE: ReadonlySet<string> = new Set([
  "compose-unreadable-file",
  "compose-remote-file",
  "compose-yaml-syntax",
  "compose-include",
  "compose-include-cycle",
  "compose-env-file",
  "compose-env-syntax",
  "compose-too-large",
  "compose-too-deep",
  "compose-unknown-anchor",
  "compose-anchor-cycle",
  "compose-merge-key",
  "compose-duplicate-key",
]);

function profilesOf(options: LoadOptions, environment: Readonly<Record<string, string>>): readonly string[] {
  if (options.profiles?.length) return options.profiles;
  return (valueOf(environment, "COMPOSE_PROFILES") ?? "").split(",").map((profile) => profile.trim());
}
