/** Decided variables of the compose files: which of them count, and which mean nothing. */
import type { Loaded } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/**
 * A variable that the shell sets otherwise is a warning, as the decision does not count then; one that no compose file
 * names is a remark. Values are not shown: a variable may be a secret.
 */
export function checkVariables(
  loaded: Loaded,
  decisions: Decisions,
  environment: Readonly<Record<string, string>>,
): Diagnostic[] {
  const texts = [...loaded.sources.values()].join("\n");
  return Object.entries(decisions.variables ?? {}).flatMap(([name, value]): Diagnostic[] => {
    const span = decisions.span(["variables", name]);
    const place = span === undefined ? {} : { span };
    if (Object.hasOwn(environment, name) && environment[name] !== value) {
      return [{
        code: "cli-variable-shadowed",
        severity: "warning",
        message: `The shell sets "${name}" to something else, which takes precedence over the decision`,
        ...place,
        hint: `Run it with: env -u ${shellWord(name)}`,
      }];
    }
    if (!name.startsWith("COMPOSE_") && !new RegExp(`\\$\\{?${name}(?![A-Za-z0-9_])`).test(texts)) {
      return [{
        code: "kube-decision-unused",
        severity: "info",
        message: `The decided variable "${name}" is named by no compose file`,
        ...place,
        hint: "Remove it, or correct its name",
      }];
    }
    return [];
  });
}
