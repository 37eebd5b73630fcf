/** `config`: the compose project as it was understood, or its problems. */
import { printJson, printYaml, type Project } from "../../compose/mod.ts";
import { Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import { maskCanonical } from "../report/mask_project.ts";
import { knownSecrets } from "../stack/secrets/known_secrets.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { loadStack } from "./load_stack.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints the canonical form as YAML or JSON, secrets hidden unless they are asked for; problems end with `ExitCode.input`. */
export async function config(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const { decided, loaded, sources } = await loadStack(options, surroundings);
  const { project } = loaded;
  const diagnostics = [...loaded.diagnostics, ...decided.diagnostics];
  if (project === undefined || hasErrors(decided.diagnostics)) {
    throw new Failure(ExitCode.input, diagnostics, sources);
  }
  printDiagnostics(diagnostics, { terminal, options: { ...options, output: "text" }, sources });
  const shown = options["showSecrets"] === true ? project : masked(project);
  terminal.out(options.output === "json" ? printJson(shown) : printYaml(shown));
  return ExitCode.ok;
}

function masked(project: Project): Project {
  const values = knownSecrets(project, new Map()).flatMap(({ spellings }) => spellings);
  // The edge: masking keeps the shape and touches only texts.
  return { ...project, canonical: maskCanonical(project.canonical, values) as Project["canonical"] };
}
