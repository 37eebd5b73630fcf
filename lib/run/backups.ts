/** What is known of backups of the directories that a service writes to, before it is stopped for the first time. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

/** The newest one. */
export interface Backup {
  /** ISO 8601, or a day; absent where none is wanted. */
  readonly at?: string;
  /** Where it lies, or who says so. */
  readonly from: string;
}

/** A service that is to move. */
export interface KeepingService {
  readonly service: string;
  /** Those that it writes to. */
  readonly directories: readonly string[];
  /** Where an earlier run left it; absent where it has not begun. */
  readonly state?: string;
  readonly backup?: Backup;
}

/** Where one looks. */
export interface BackupSources {
  /** `services: { NAME: { backup } }` of `decisions.yaml`: a path, a date, or `none`. */
  readonly decided: (service: string) => string | undefined;
  /** Directories that its decided dumps go to. */
  readonly dumps: (service: string) => readonly string[];
  /** When the newest file at a path was written. */
  readonly newest: (path: string) => Promise<Date | undefined>;
  /** The newest snapshot of a directory's file system. */
  readonly snapshot: (directory: string) => Promise<{ readonly at: Date; readonly name: string } | undefined>;
}

/** Each with the newest backup that is known of; what keeps nothing has none. */
export async function withBackups<T extends KeepingService>(
  planned: readonly T[],
  sources: BackupSources,
): Promise<readonly T[]> {
  return await Promise.all(planned.map(async (one) => {
    const backup = one.directories.length === 0 ? undefined : await newestOf(one, sources);
    return backup === undefined ? one : { ...one, backup };
  }));
}

/** One warning for all that are stopped for the first time, and of whose data no backup is known. */
export function noBackupKnown(planned: readonly KeepingService[]): readonly Diagnostic[] {
  const unknown = planned.filter((one) => isFirst(one) && one.backup === undefined);
  const [first] = unknown;
  if (first === undefined) return [];
  return [{
    code: "run-backup-unknown",
    severity: "warning",
    message: `No backup is known of what is about to move: ${
      unknown.map(({ service, directories }) => `${service} (${directories.join(", ")})`).join(", ")
    }`,
    hint: "Make one first. Then decide where backups are, or when one was made: services: { " +
      `${yamlWord(first.service)}: { backup: /srv/backups } }; or that it needs none: backup: none`,
  }];
}

/** Whether it keeps something and is about to be stopped: what has begun is not asked about again. */
export function isFirst({ state, directories }: KeepingService): boolean {
  return directories.length > 0 && (state === undefined || state === "prepared");
}

async function newestOf(
  { service, directories }: KeepingService,
  { decided, dumps, newest, snapshot }: BackupSources,
): Promise<Backup | undefined> {
  const said = decided(service);
  if (said === "none") return { from: "none is needed, as decided" };
  const paths = [...said?.startsWith("/") ? [said] : [], ...dumps(service)];
  const files = await Promise.all(paths.map(async (path): Promise<Backup | undefined> => {
    const at = await newest(path);
    return at === undefined ? undefined : { at: at.toISOString(), from: path };
  }));
  const known = [
    ...(said === undefined || said.startsWith("/") ? [] : [{ at: said, from: "as decided" }]),
    ...files,
    await snapshotOfAll(directories, snapshot),
  ].filter((one) => one !== undefined);
  return known.sort((left, right) => time(right) - time(left))[0];
}

/** All of its directories can be taken back to the oldest of their newest snapshots. */
async function snapshotOfAll(
  directories: readonly string[],
  snapshot: BackupSources["snapshot"],
): Promise<Backup | undefined> {
  const found = await Promise.all(directories.map(snapshot));
  const known = found.filter((one) => one !== undefined);
  if (known.length < found.length) return undefined;
  const [oldest] = known.sort((left, right) => left.at.getTime() - right.at.getTime());
  return oldest === undefined ? undefined : { at: oldest.at.toISOString(), from: oldest.name };
}

function time({ at = "" }: Backup): number {
  return Date.parse(at) || 0;
}
