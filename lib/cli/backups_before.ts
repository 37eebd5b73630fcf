/** Backups of what a crossing is about to stop, as decisions and the disk tell of them. */
import type { Decisions } from "../decisions/decisions.ts";
import { newestFile } from "../node/newest_file.ts";
import { ownMounts, placeOf } from "../node/place.ts";
import { newestSnapshot } from "../node/zfs_snapshots.ts";
import { type BackupSources, noBackupKnown, withBackups } from "../run/backups.ts";
import type { PlannedCutover } from "../run/crossing_plan.ts";
import { renderBackups } from "../report/backup_text.ts";
import { plannedMoves } from "./crossing_of.ts";
import { type Selection, wouldApply } from "./docker_in_use.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { WriteSession } from "./write_session.ts";

/** With what is known of the backup of each. */
export async function asBackedUp(
  planned: readonly PlannedCutover[],
  decisions: Pick<Decisions, "services" | "backups">,
): Promise<readonly PlannedCutover[]> {
  return await withBackups(planned, sourcesOf(decisions));
}

/** Before anybody is asked whether it shall begin: how old the backups are of what stops for the first time. */
export async function showBackups(session: WriteSession, selection: Selection): Promise<void> {
  const { stack, terminal, options } = session;
  const moves = await plannedMoves(session, () => wouldApply(session, selection));
  const planned = await asBackedUp(moves, stack.decisions);
  terminal.err(renderBackups(planned));
  printDiagnostics(noBackupKnown(planned), {
    terminal,
    options: { ...options, output: "text" },
    sources: stack.sources,
  });
}

function sourcesOf({ services, backups }: Pick<Decisions, "services" | "backups">): BackupSources {
  // Elsewhere than on Linux there are none.
  const mounted = ownMounts().catch(() => []);
  return {
    decided: (service) => services?.[service]?.backup,
    dumps: (service) =>
      Object.values(backups ?? {}).filter((one) => one.service === service).map(({ directory }) => directory),
    newest: newestFile,
    snapshot: async (directory) => {
      const mounts = await mounted;
      return await newestSnapshot((await placeOf(directory, mounts)).real, mounts);
    },
  };
}
