/** What programs wrote beside their volumes: it lies in the container's own layer, which no move takes along. */
import { shellWord } from "../diagnostics/shell_word.ts";
import { at, type Context, isSkipped } from "../stack/context.ts";

const MOST = 5;

/** One warning for each service, with the first paths. */
export function reportWrittenLayers(context: Context, written: ReadonlyMap<string, readonly string[]>): void {
  for (const [service, paths] of written) {
    const [first] = paths;
    if (first === undefined || isSkipped(context.decisions, service)) continue;
    const directory = first.slice(0, Math.max(first.lastIndexOf("/"), 1));
    const more = paths.length > MOST ? ` and ${paths.length - MOST} more` : "";
    context.report({
      code: "kube-layer-written",
      severity: "warning",
      message:
        `The container of service "${service}" wrote into its own file system and not into a volume, so it is not ` +
        `copied: ${paths.slice(0, MOST).map((path) => `"${path}"`).join(", ")}${more}`,
      ...at(context.project, ["services", service]),
      hint:
        `What you want to keep needs a volume in the compose file, such as ./${service}:${directory}, filled once: ` +
        `docker compose cp ${shellWord(`${service}:${directory}/.`)} ${shellWord(`./${service}`)}`,
    });
  }
}
