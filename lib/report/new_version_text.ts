/** What a new version of the program changes on a cluster that an earlier one has migrated, for people. */
import { visible } from "../diagnostics/visible.ts";
import type { MigrationPreview } from "../run/dry_run.ts";
import { describeCause } from "../run/origin.ts";
import { plural } from "./diagnostic_text.ts";
import { styleFor } from "./style.ts";

/** Migration by migration with the objects that differ, ending with every program that would start anew. */
export function renderNewVersion(
  marked: readonly MigrationPreview[],
  { colour }: { readonly colour: boolean },
): string {
  const style = styleFor(colour);
  const blocks = marked.map(({ id, title, cause, changes }) => [
    `${style.bold(id)} ${visible(title)}: ${cause === undefined ? "" : describeCause(cause)}`,
    ...changes.filter(({ outcome }) => outcome !== "unchanged").map(({ object, outcome, restarts }) =>
      `  ${style.yellow(visible(object))} ${outcome}${restarts ? ", starts anew" : ""}`
    ),
  ]);
  const programs = marked.flatMap(({ changes }) => changes.filter(({ restarts }) => restarts));
  const names = programs.map(({ object }) => visible(object)).join(", ");
  return [
    `This version of the tool plans ${plural(marked.length, "applied migration")} otherwise:`,
    ...blocks.flat(),
    programs.length === 0
      ? "No program starts anew."
      : `${plural(programs.length, "program")} would start anew: ${names}`,
    "",
  ].join("\n");
}
