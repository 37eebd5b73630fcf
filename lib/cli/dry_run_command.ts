/** `migrate --dry-run`: what a run would change, asked from the API server, with nothing written. */
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { renderCrossing, renderFront } from "../report/crossing_text.ts";
import { movingLines } from "../report/image_text.ts";
import { hasWork, renderPreview } from "../report/preview_text.ts";
import { dryRun as preview, type MigrationPreview } from "../run/dry_run.ts";
import type { RunOptions } from "../run/run_plan.ts";
import { findRecord } from "../run/prepare.ts";
import { loadState } from "../run/session.ts";
import { missingScripts } from "../run/select_migrations.ts";
import { plannedCrossing } from "./crossing_of.ts";
import { keyText } from "./digest_key.ts";
import { inUseBy } from "./docker_in_use.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { WriteSession } from "./write_session.ts";
import { asShown } from "./next_command.ts";
import { planOrigin } from "./plan_origin.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { checkRunning } from "./check_running.ts";
import { enginesOf, jsonOf, seeImages } from "./image_moves.ts";

/** Prints the preview; problems that the run would meet end with `ExitCode.failed`. */
export async function dryRun(
  session: WriteSession,
  selection: Pick<RunOptions, "to" | "redo"> = {},
): Promise<number> {
  const { options, terminal, stack, namespace, target } = session;
  const record = await findRecord(target.client, namespace);
  const plan = stack.planFor(keyText(record?.key)) ?? session.plan;
  const to = selection.to ?? options["to"];
  const previews = await preview(plan, {
    client: target.client,
    namespace,
    ...(typeof to === "string" ? { to } : {}),
    ...selection,
    origin: await planOrigin(stack, options, session.surroundings),
    adopt: options["adopt"] === true,
    frozen: options["frozen"] === true,
  });
  const inUse = await inUseBy(session, {
    to: typeof to === "string" ? to : undefined,
    redo: selection.redo,
  });
  using engines = await enginesOf(stack, session.surroundings);
  const images = target.embedded
    ? undefined
    : await seeImages(stack, session.surroundings, engines, target.client);
  const running = await checkRunning(stack, options, session.surroundings, engines);
  const { crossing, front, remarks: gates } = await plannedCrossing(session, previews);
  const warnings = record === undefined ? [] : missingScripts(plan, await loadState(record));
  const remarks = [...running, ...images?.diagnostics ?? [], ...inUse, ...gates, ...warnings];
  const problems = [...previews.flatMap(({ diagnostics }) => diagnostics), ...remarks];
  const isRefused = hasErrors(problems);
  if (options.output === "json") {
    const told = images === undefined ? {} : jsonOf(images.sight);
    terminal.out(
      `${
        JSON.stringify({
          schemaVersion: 1,
          diagnostics: remarks,
          ...told,
          crossing,
          ...(front === undefined ? {} : { front }),
          migrations: previews,
        })
      }\n`,
    );
  } else {
    terminal.out(images === undefined ? "" : movingLines(images.sight));
    terminal.out(renderPreview(previews, {
      colour: terminal.outColour,
      full: options["full"] === true,
      ...(terminal.outIsTerminal ? { columns: terminal.columns } : {}),
    }));
    terminal.out(renderCrossing(crossing));
    terminal.out(front === undefined ? "" : renderFront(front));
    printDiagnostics(problems, { terminal, options, sources: stack.sources });
    const { redo } = selection;
    const next = asShown(redo === undefined ? "migrate" : `redo ${shellWord(redo)}`, options);
    terminal.err(`${nextCommand(previews, isRefused, next)}\n`);
  }
  if (isRefused) return ExitCode.failed;
  return options["detailedExitcode"] === true && previews.some(hasWork) ? ExitCode.pending : ExitCode.ok;
}

function nextCommand(previews: readonly MigrationPreview[], isRefused: boolean, next: string): string {
  if (isRefused) return "Nothing was written. Mend what is named above, then look again.";
  if (!previews.some(hasWork)) return "Nothing was written.";
  const accept = previews.some(({ cause }) => cause !== undefined)
    ? " The run asks before what this version changes."
    : "";
  return `Nothing was written.${accept} Next: ${next}`;
}
