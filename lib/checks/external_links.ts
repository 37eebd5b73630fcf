/** Containers of other projects that services are linked to, where nobody told which project it is. */
import { at, type Context } from "../stack/context.ts";
import { externalLinks } from "../stack/network/neighbours.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** A warning for each name that leads nowhere yet. */
export function checkExternalLinks(context: Context): void {
  for (
    const { path, container, alias, found } of externalLinks(context.project, context.otherProjects ?? [])
  ) {
    const [, service] = path;
    const isLeftOut = context.decisions.services?.[String(service)]?.skip !== undefined;
    if (found !== undefined || isLeftOut) continue;
    context.report({
      code: "kube-external-link",
      severity: "warning",
      message:
        `Service "${service}" calls container "${container}" of another project by the name "${alias}", and no project that is known has it`,
      ...at(context.project, path),
      hint: `Name the folder of its project, too: --stack ${
        shellWord("../PROJECT")
      }; where it is not moved, add to extra_hosts: "${alias}:ADDRESS"`,
    });
  }
}
