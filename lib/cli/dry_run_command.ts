/** `migrate --dry-run`: what a run would change, asked from the API server, with nothing written. */
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { renderBackups } from "../report/backup_text.ts";
import { renderCrossing, renderFront } from "../report/crossing_text.ts";
import { imageJson, movingLines } from "../report/image_text.ts";
import { hasWork, renderPreview } from "../report/preview_text.ts";
import { noBackupKnown } from "../run/backups.ts";
import { dryRun as preview, type MigrationPreview } from "../run/dry_run.ts";
import type { RunOptions } from "../run/run_context.ts";
import type { ImageSight } from "../run/images/look.ts";
import { loadState } from "../run/session.ts";
import { missingScripts } from "../run/select_migrations.ts";
import { asBackedUp } from "./backups_before.ts";
import { type CrossingPreview, plannedCrossing } from "./crossing_of.ts";
import { keyText } from "./digest_key.ts";
import { inUseBy } from "./docker_in_use.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { WriteSession } from "./write_session.ts";
import { asShown, onCluster } from "./next_command.ts";
import { planOrigin } from "./plan_origin.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { checkRunning } from "./check_running.ts";
import { enginesOf } from "./engines_of.ts";
import { seeImages } from "./image_moves.ts";

/** What a run would meet. */
interface Preview extends CrossingPreview {
  readonly previews: readonly MigrationPreview[];
  /** Undefined where the cluster needs none of Docker's images. */
  readonly sight: ImageSight | undefined;
  /** What is said besides the migrations' own findings. */
  readonly said: readonly Diagnostic[];
  readonly problems: readonly Diagnostic[];
}

/** Prints the preview; problems that the run would meet end with `ExitCode.failed`. */
export async function dryRun(
  session: WriteSession,
  selection: Pick<RunOptions, "to" | "redo"> = {},
): Promise<number> {
  const { options } = session;
  const seen = await look(session, selection);
  if (options.output === "json") printJson(seen, session);
  else printText(seen, session, selection.redo);
  if (hasErrors(seen.problems)) return ExitCode.failed;
  const isPending = options["detailedExitcode"] === true && seen.previews.some(hasWork);
  return isPending ? ExitCode.pending : ExitCode.ok;
}

async function look(session: WriteSession, selection: Pick<RunOptions, "to" | "redo">): Promise<Preview> {
  const { options, stack, namespace, target, surroundings, record } = session;
  const plan = stack.planFor(keyText(record?.key)) ?? session.plan;
  const given = selection.to ?? options["to"];
  const to = typeof given === "string" ? given : undefined;
  const previews = await preview(plan, {
    client: target.client,
    namespace,
    commandLine: (command) => onCluster(command, options),
    ...(to === undefined ? {} : { to }),
    ...selection,
    origin: await planOrigin(stack, options, surroundings),
    adopt: options["adopt"] === true,
    frozen: options["frozen"] === true,
  });
  const inUse = await inUseBy(session, { to, redo: selection.redo });
  using engines = await enginesOf(stack, surroundings);
  const images = target.embedded ? undefined : await seeImages(stack, surroundings, engines, target.client);
  const running = await checkRunning(stack, options, surroundings, engines);
  const planned = await plannedCrossing(session, previews);
  const crossing = { ...planned, crossing: await asBackedUp(planned.crossing, stack.decisions) };
  const missing = record === undefined ? [] : missingScripts(plan, await loadState(record));
  const noBackup = noBackupKnown(crossing.crossing);
  const said = [
    ...running,
    ...images?.diagnostics ?? [],
    ...inUse,
    ...crossing.remarks,
    ...noBackup,
    ...missing,
  ];
  const problems = [...previews.flatMap(({ diagnostics }) => diagnostics), ...said];
  return { ...crossing, previews, sight: images?.sight, said, problems };
}

function printJson({ said, sight, crossing, front, previews }: Preview, { terminal }: WriteSession): void {
  const told = {
    schemaVersion: 1,
    diagnostics: said,
    ...(sight === undefined ? {} : imageJson(sight)),
    crossing,
    ...(front === undefined ? {} : { front }),
    migrations: previews,
  };
  terminal.out(`${JSON.stringify(told)}\n`);
}

function printText(
  { previews, sight, crossing, front, problems }: Preview,
  { options, terminal, stack }: WriteSession,
  redo: string | undefined,
): void {
  terminal.out(sight === undefined ? "" : movingLines(sight));
  terminal.out(renderPreview(previews, {
    colour: terminal.outColour,
    full: options["full"] === true,
    ...(terminal.outIsTerminal ? { columns: terminal.columns } : {}),
  }));
  terminal.out(renderCrossing(crossing));
  terminal.out(renderBackups(crossing));
  terminal.out(front === undefined ? "" : renderFront(front));
  printDiagnostics(problems, { terminal, options, sources: stack.sources });
  const next = asShown(redo === undefined ? "migrate" : `redo ${shellWord(redo)}`, options);
  terminal.err(`${nextCommand(previews, hasErrors(problems), next)}\n`);
}

function nextCommand(previews: readonly MigrationPreview[], isRefused: boolean, next: string): string {
  if (isRefused) return "Nothing was written. Fix the errors above, then check again.";
  if (!previews.some(hasWork)) return "Nothing was written.";
  const accept = previews.some(({ cause }) => cause !== undefined)
    ? " The run asks before what this version changes."
    : "";
  return `Nothing was written.${accept} Next: ${next}`;
}
