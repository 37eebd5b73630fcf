/** Findings about files that are not there and have a template: `init` makes them, and they say so. */
import { relative, resolve } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { exists, findTemplate } from "../init/templates.ts";
import { onStack } from "./next_command.ts";
import type { InputOptions } from "./options.ts";

/** Their message has the file that is not there as its first name in quotes. */
const OF_A_FILE: ReadonlySet<string> = new Set(["compose-env-file", "kube-bind-source-missing"]);

/** What `.env` would have told. */
const OF_A_VARIABLE: ReadonlySet<string> = new Set(["compose-required-variable", "compose-unset-variable"]);

/**
 * The same findings, in their order, with the command that makes the file as the first thing to do.
 *
 * @param root the stack's folder, absolute
 */
export async function withTemplateHints(
  diagnostics: readonly Diagnostic[],
  options: InputOptions,
  root: string,
): Promise<readonly Diagnostic[]> {
  // It works on one stack.
  const { given: _, ...own } = options;
  const command = onStack("init", own);
  const folder = root.replace(/\/+$/, "");
  return await Promise.all(diagnostics.map(async (diagnostic) => {
    const path = missingFile(diagnostic, folder, options);
    if (path === undefined || await exists(path)) return diagnostic;
    const template = await findTemplate(path, folder);
    if (template === undefined) return diagnostic;
    const [to, from] = [template.to, template.from].map((each) => relative(folder, each));
    const rest = diagnostic.severity === "error" || diagnostic.hint === undefined
      ? ""
      : `; or else: ${diagnostic.hint}`;
    return { ...diagnostic, hint: `Make "${to}" from its template "${from}": ${command}${rest}` };
  }));
}

function missingFile({ code, message }: Diagnostic, root: string, options: InputOptions): string | undefined {
  if (OF_A_VARIABLE.has(code)) return options.envFile === undefined ? `${root}/.env` : undefined;
  const name = OF_A_FILE.has(code) ? /"([^"]+)"/.exec(message)?.[1] : undefined;
  return name === undefined ? undefined : resolve(root, name);
}
