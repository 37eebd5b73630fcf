/** Containers of a Docker Engine that stand in the way of a move: told by `check`, refused by `migrate`. */
import { ApiError } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { type Diagnostic, Failure, hasErrors, type Severity } from "../diagnostics/diagnostic.ts";
import { type PlannedMigration, plannedObjects } from "../migration/step.ts";
import { inUse, whereabouts } from "../run/in_use.ts";
import { readLiveIndex } from "../run/live_index.ts";
import { findTarget } from "../run/prepare.ts";
import { loadState } from "../run/session.ts";
import { isTodo, selectWork, upTo } from "../run/work.ts";
import { keyText } from "./digest_key.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { Gathered } from "./gather.ts";
import type { Move } from "./move.ts";
import { printDiagnostics } from "./print_diagnostics.ts";

/**
 * What `check` says of them: an error where the cluster's node is known to be this machine, a warning where no cluster
 * was named, nothing where the node is another machine.
 */
export async function checkInUse(gathered: Gathered, client?: ClusterClient): Promise<readonly Diagnostic[]> {
  const severity = client === undefined ? "warning" : await severityAt(client);
  const { plan } = gathered;
  return severity === undefined || plan === undefined ? [] : findInUse(gathered, plan.migrations, severity);
}

/**
 * Refuses to start workloads on directories that running containers write to, before anything is written; what only
 * deserves a warning is said.
 *
 * @throws Failure (1)
 */
export async function refuseInUse(move: Move, selection: Selection): Promise<void> {
  const found = await inUseBy(move, selection);
  const { sources } = move.gathered;
  if (hasErrors(found)) throw new Failure(ExitCode.failed, found, sources);
  printDiagnostics(found, { terminal: move.terminal, options: { output: "text" }, sources });
}

/**
 * What stands in the way of a run: of all that it would apply, be it new, changed, damaged or to be done again. An
 * error is only a warning with `--allow-running`, and where nobody can know whether the node is this machine.
 */
export async function inUseBy(move: Move, selection: Selection): Promise<readonly Diagnostic[]> {
  const { gathered, options, target } = move;
  if (gathered.containers.length === 0) return [];
  const severity = await severityAt(target.client);
  if (severity === undefined) return [];
  return findInUse(
    gathered,
    await wouldApply(move, selection),
    options["allowRunning"] === true ? "warning" : severity,
  );
}

/** What a run was asked to do: all up to a migration, or one again and what is left to do before it. */
export interface Selection {
  readonly to?: string | undefined;
  readonly redo?: string | undefined;
}

async function wouldApply(move: Move, { to, redo }: Selection): Promise<readonly PlannedMigration[]> {
  const { gathered, target: { client }, namespace } = move;
  const record = await findTarget(client, namespace);
  const plan = gathered.planFor(keyText(record?.key)) ?? move.plan;
  const last = to ?? redo;
  if (record === undefined) return upTo(plan, last);
  const live = await readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects));
  const works = selectWork(plan, await loadState(record), live, record.key, {
    ...(last === undefined ? {} : { to: last }),
    ...(redo === undefined ? {} : { redo }),
  });
  return works.filter(isTodo).map(({ migration }) => migration);
}

function findInUse(
  { containers, plan }: Gathered,
  migrations: readonly PlannedMigration[],
  severity: Severity,
): readonly Diagnostic[] {
  const all = plan?.migrations.flatMap(plannedObjects) ?? [];
  return inUse(containers, migrations.flatMap(plannedObjects), all, severity);
}

async function severityAt(client: ClusterClient): Promise<Severity | undefined> {
  const where = await whereabouts(client).catch((error: unknown) => {
    if (error instanceof ApiError) return "unknown" as const;
    throw error;
  });
  return where === "elsewhere" ? undefined : where === "here" ? "error" : "warning";
}
