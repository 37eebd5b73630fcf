/** What is known of backups before a crossing, for people. */
import { visibleAll } from "../diagnostics/visible.ts";
import { type Backup, isFirst, type KeepingService } from "../run/backups.ts";

/** `2026-12-01 02:00 UTC, /srv/backups/db` */
export function backupWords({ at, from }: Backup): string {
  if (at === undefined) return from;
  const day = at.includes("T") ? `${at.slice(0, 16).replace("T", " ")} UTC` : at;
  return `${day}, ${from}`;
}

/** One line, of all that are stopped for the first time and write to a directory; empty where none does. */
export function renderBackups(planned: readonly KeepingService[]): string {
  const first = visibleAll(planned).filter(isFirst);
  if (first.length === 0) return "";
  const known = first.flatMap(({ service, backup }) =>
    backup === undefined ? [] : [`${service} ${backupWords(backup)}`]
  );
  const unknown = first.filter(({ backup }) => backup === undefined).map(({ service }) => service);
  const words = [...known, ...(unknown.length === 0 ? [] : [`none is known of ${unknown.join(", ")}`])];
  return `Newest backups: ${words.join("; ")}\n`;
}
