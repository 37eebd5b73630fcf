/** When the newest ZFS snapshot of a directory of this machine was made. */
import { isWithin, type Mounted } from "./mountinfo.ts";

/** A moment to which a directory can be taken back. */
export interface Snapshot {
  readonly at: Date;
  /** `tank/data@monday` */
  readonly name: string;
}

/**
 * Of the data set that the directory lies on. Undefined where it lies on none, or has no snapshot.
 *
 * @param real the directory, links followed
 * @param list the data set's snapshots, as `zfs list` prints them; undefined where nobody can say
 */
export async function newestSnapshot(
  real: string,
  mounts: readonly Mounted[],
  list: (dataset: string) => Promise<string | undefined> = listSnapshots,
): Promise<Snapshot | undefined> {
  let found: Mounted | undefined;
  for (const mount of mounts) {
    if (isWithin(real, mount.path) && mount.path.length >= (found?.path.length ?? 0)) found = mount;
  }
  if (found?.type !== "zfs") return undefined;
  const last = (await list(found.source))?.trim().split("\n").at(-1) ?? "";
  const [, seconds, name] = /^(\d+)\t(.+)$/.exec(last) ?? [];
  return name === undefined ? undefined : { at: new Date(Number(seconds) * 1_000), name };
}

/** A line for each, the oldest first: seconds of the epoch, a tab, the name (zfs-list(8)). */
async function listSnapshots(dataset: string): Promise<string | undefined> {
  const args = [
    "list",
    "-H",
    "-p",
    "-t",
    "snapshot",
    "-d",
    "1",
    "-s",
    "creation",
    "-o",
    "creation,name",
    dataset,
  ];
  const { success, stdout } = await new Deno.Command("zfs", { args, stdin: "null", stderr: "null" }).output()
    .catch(() => ({ success: false, stdout: new Uint8Array() }));
  return success ? new TextDecoder().decode(stdout) : undefined;
}
