/** The project's name: from the command line, the environment, the files or the directory, in this order. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import { fileStart, type LoadContext } from "./context.ts";
import { nodeSpan } from "../tree/node.ts";
import { problem } from "../tree/report.ts";
import type { ComposeFile, Selection } from "./selection.ts";
import { substitute, valueOf } from "../interpolation/template.ts";

/** Lowercase letters, digits, `-` and `_`, the first of them a letter or a digit. */
function normalizeName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "").replace(/^[-_]+/, "");
}

/** Finds the name, or reports that there is none. */
export function findName(
  given: string | undefined,
  selection: Selection,
  files: readonly ComposeFile[],
  context: LoadContext,
): string | undefined {
  const main = selection.paths[0];
  const start = main === undefined ? undefined : fileStart(main, context);
  const explicit = given || valueOf(selection.environment, "COMPOSE_PROJECT_NAME");
  if (explicit) return checkExplicit(explicit, start, context);
  const written = writtenName(files);
  if (written !== undefined) {
    const { value } = substitute(written.text, (name) => valueOf(selection.environment, name));
    const name = normalizeName(value);
    if (name !== "") return name;
  }
  const directory = selection.workingDir.slice(selection.workingDir.lastIndexOf("/") + 1);
  const name = written === undefined ? normalizeName(directory) : "";
  if (name !== "") return name;
  problem(
    context.report,
    "compose-project-name",
    "The project has no name that is usable",
    written?.span ?? start,
    'write "name:" at the top of the file, or use --project-name',
  );
  return undefined;
}

function checkExplicit(name: string, span: Span | undefined, context: LoadContext): string | undefined {
  const normal = normalizeName(name);
  if (normal === name) return name;
  problem(
    context.report,
    "compose-project-name",
    `"${name}" is not a project name: lowercase letters, digits, "-" and "_" are allowed, not first the last two`,
    span,
    normal === "" ? "choose another name" : `did you mean "${normal}"?`,
  );
  return undefined;
}

/** The last name that a file gives itself. */
function writtenName(files: readonly ComposeFile[]): { text: string; span: Span } | undefined {
  let found: { text: string; span: Span } | undefined;
  for (const file of files) {
    for (const { root } of file.documents) {
      const node = root.kind === "mapping" ? root.entries.get("name") : undefined;
      if (node?.kind !== "scalar" || node.value === null || node.value === "") continue;
      found = { text: String(node.value), span: nodeSpan(node) };
    }
  }
  return found;
}
