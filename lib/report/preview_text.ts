/** A dry-run for people: what would happen to which object, and the lines that would change. */
import { createTwoFilesPatch } from "diff";
import type { KubeObject } from "../kube/object.ts";
import type { MigrationPreview, PlannedChange } from "../run/dry_run.ts";
import type { ObjectOutcome } from "../run/event.ts";
import { describeCause } from "../run/origin.ts";
import { fold } from "./fold.ts";
import { type Style, styleFor } from "./style.ts";
import { yamlOutput } from "../diagnostics/yaml_output.ts";
import { visible, visibleAll } from "../diagnostics/visible.ts";
import { plural } from "../diagnostics/plural.ts";

const SIGNS: Readonly<Record<ObjectOutcome, string>> = {
  created: "+",
  configured: "~",
  replaced: "±",
  deleted: "-",
  unchanged: "=",
  adopted: "~",
  kept: "!",
};
const WORDS: Readonly<Record<ObjectOutcome, string>> = {
  created: "to create",
  configured: "to change",
  replaced: "to replace",
  deleted: "to remove",
  unchanged: "unchanged",
  adopted: "to take over",
  kept: "to keep: it was there before and was taken over",
};
/** As `status --drift` says it: what somebody did, not what a run would do. */
const DRIFT_WORDS: Readonly<Record<ObjectOutcome, string>> = {
  ...WORDS,
  configured: "changed",
  deleted: "gone",
  replaced: "made anew: by somebody, after it was deleted",
};
const WHY: Readonly<Record<MigrationPreview["reason"], string>> = {
  new: "",
  resumed: ", goes on where the last run stopped",
  changed: ", applied before and changed since",
  damaged: ", applied before, but objects of it are gone",
  redo: ", again",
  drift: ", differs from what was applied",
  applied: "applied, nothing to do",
  empty: "nothing of it is in this stack",
};

/** How much is shown of each object. */
export interface PreviewTextOptions {
  readonly colour: boolean;
  /** Show the whole of objects that would be created, not only their names. Default: only changes. */
  readonly full?: boolean;
  /** It is a drift, not a plan. */
  readonly drift?: boolean;
  /** The width of a terminal; differences stay as wide as they are. */
  readonly columns?: number;
}

/** Everything, migration by migration, ending with the counts. */
export function renderPreview(previews: readonly MigrationPreview[], options: PreviewTextOptions): string {
  const style = styleFor(options.colour);
  const blocks = previews.map((preview) => renderMigration(preview, options, style));
  return `${blocks.join("\n")}\n${countPreview(previews, options.drift)}\n`;
}

/** `Plan: 2 migrations, 14 to create, 1 to change, 31 unchanged`. */
function countPreview(previews: readonly MigrationPreview[], isDrift = false): string {
  const words = isDrift ? DRIFT_WORDS : WORDS;
  const todo = previews.filter(hasWork);
  const outcomes = previews.flatMap(({ changes }) => changes.map(({ outcome }) => outcome));
  const counts = (["created", "configured", "adopted", "replaced", "deleted", "kept", "unchanged"] as const)
    .flatMap(
      (outcome) => {
        const count = outcomes.filter((one) => one === outcome).length;
        return count === 0 ? [] : [`${count} ${words[outcome].split(":")[0]}`];
      },
    );
  if (todo.length === 0) return "Plan: nothing to do";
  return `${isDrift ? "Drift" : "Plan"}: ${[plural(todo.length, "migration"), ...counts].join(", ")}`;
}

/** Whether a run would do anything for this migration. */
export function hasWork({ reason }: MigrationPreview): boolean {
  return reason !== "applied" && reason !== "empty";
}

/** The unified diff of one change, without colour; empty where nothing a reader sees would change. */
export function diffText(change: PlannedChange): string {
  const before = change.before === undefined ? "" : toYaml(change.before);
  const after = change.after === undefined ? "" : toYaml(change.after);
  if (before === after) return "";
  const patch = createTwoFilesPatch("live", "planned", before, after, "", "", { context: 2 });
  return patch.split("\n").slice(3).filter((line) => line !== "\\ No newline at end of file").join("\n")
    .trimEnd();
}

function renderMigration(preview: MigrationPreview, options: PreviewTextOptions, style: Style): string {
  const { id, title, reason, changes } = preview;
  const { manual, absent } = visibleAll({ manual: preview.manual, absent: preview.absent });
  if (!hasWork(preview)) return style.dim(`${id} ${title}: ${WHY[reason]}`);
  const lines = [`${style.bold(id)} ${title}${WHY[reason]}`];
  if (preview.cause !== undefined) lines.push(style.yellow(`  ! ${describeCause(preview.cause)}`));
  if (absent.length > 0 && hasWork(preview)) {
    const skipped = `  - not part of this stack, skipped: ${absent.join(", ")}`;
    lines.push(style.dim(fold(skipped, options.columns ?? Infinity)));
  }
  for (const change of changes) lines.push(...renderChange(change, options, style));
  for (const instruction of manual) lines.push(`  ${style.yellow("!")} By hand: ${instruction}`);
  return lines.join("\n");
}

function renderChange(change: PlannedChange, options: PreviewTextOptions, style: Style): string[] {
  const { outcome } = change;
  const object = visible(change.object);
  if (outcome === "unchanged") return [];
  const words = options.drift ? DRIFT_WORDS : WORDS;
  const anew = change.restarts && !options.drift ? ", starts anew" : "";
  const head = `  ${paint(outcome, style)(SIGNS[outcome])} ${object} ${words[outcome]}${anew}`;
  if (outcome === "created" && options.full !== true) return [head];
  const diff = diffText(change);
  if (diff === "") return [outcome === "configured" ? `${head} ${style.dim("(only its mark)")}` : head];
  return [head, ...diff.split("\n").map((line) => `      ${paintLine(line, style)}`)];
}

function paint(outcome: ObjectOutcome, style: Style): (text: string) => string {
  if (outcome === "created") return style.green;
  return outcome === "deleted" ? style.red : style.yellow;
}

function paintLine(line: string, style: Style): string {
  if (line.startsWith("+")) return style.green(line);
  if (line.startsWith("-")) return style.red(line);
  return line.startsWith("@@") ? style.dim(line) : line;
}

function toYaml(object: KubeObject): string {
  return yamlOutput(object, { sortMapEntries: true, lineWidth: 0 });
}
