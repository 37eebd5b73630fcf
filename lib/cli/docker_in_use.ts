/** What stands on the directories of workloads: told by `check` and `status`, refused by `migrate`. */
import { type Diagnostic, Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import { type PlannedMigration, plannedObjects } from "../migration/step.ts";
import type { StartGuard } from "../run/guard/start_guard.ts";
import { readLiveIndex } from "../run/live_index.ts";
import { loadState } from "../run/session.ts";
import { isPending, selectMigrations, upTo } from "../run/select_migrations.ts";
import { keyText } from "./digest_key.ts";
import { onCluster } from "./next_command.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { crossingContainers } from "./crossing_of.ts";
import { type GuardManner, guardOf } from "./guard_of.ts";
import type { WriteSession } from "./write_session.ts";
import { printDiagnostics } from "./print_diagnostics.ts";

/** The guard of a move, as its flags have it. */
export function guardOfSession(
  { stack, surroundings, target, options }: WriteSession,
  isCrossing?: GuardManner["isCrossing"],
): StartGuard | undefined {
  return guardOf(stack, surroundings, target.client, {
    allowRunning: options["allowRunning"] === true,
    ...(isCrossing === undefined ? {} : { isCrossing }),
  });
}

/**
 * Refuses to start workloads on directories that something else writes to, before anything is written; what only
 * deserves a warning is said.
 *
 * @throws Failure (1)
 */
export async function refuseInUse(session: WriteSession, selection: Selection): Promise<void> {
  const found = await inUseBy(session, selection);
  const { sources } = session.stack;
  if (hasErrors(found)) throw new Failure(ExitCode.failed, found, sources);
  printDiagnostics(found, {
    terminal: session.terminal,
    options: { ...session.options, output: "text" },
    sources,
  });
}

/**
 * What stands in the way of a run: of all that it would apply, be it new, changed, damaged or to be done again. An
 * error is only a warning with `--allow-running`.
 */
export async function inUseBy(session: WriteSession, selection: Selection): Promise<readonly Diagnostic[]> {
  const objects = (await wouldApply(session, selection)).flatMap(plannedObjects);
  return await guardOfSession(session, await crossingContainers(session))?.preview(objects) ?? [];
}

/** What a run was asked to do: all up to a migration, or one again and what is left to do before it. */
export interface Selection {
  readonly to?: string | undefined;
  readonly redo?: string | undefined;
}

/** What a run would apply, and in what order. */
export async function wouldApply(
  session: WriteSession,
  { to, redo }: Selection,
): Promise<readonly PlannedMigration[]> {
  const { stack, target: { client }, namespace, options, record } = session;
  const plan = stack.planFor(keyText(record?.key)) ?? session.plan;
  const last = to ?? redo;
  if (record === undefined) return upTo(plan, last);
  const live = await readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects));
  const selected = selectMigrations(plan, await loadState(record), live, record.key, {
    ...(last === undefined ? {} : { to: last }),
    ...(redo === undefined ? {} : { redo }),
    commandLine: (command) => onCluster(command, options),
  });
  return selected.filter(isPending).map(({ migration }) => migration);
}
