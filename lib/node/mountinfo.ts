/** What is mounted where, as the kernel tells it (proc_pid_mountinfo(5)); a path found again on its file system. */

/** One mount of a mount namespace. */
export interface Mounted {
  /** Major and minor number of the file system: the same wherever it is mounted. */
  readonly device: string;
  /** The directory of the file system that is mounted. */
  readonly root: string;
  /** Where it is mounted, as the processes of the namespace see it. */
  readonly path: string;
  readonly writable: boolean;
  /** Of the file system: `ext4`, `zfs`. */
  readonly type: string;
  /** What is mounted, in the words of its type: a disk, a data set. */
  readonly source: string;
}

/** A directory on its file system, whatever it is mounted as. */
export interface Location {
  readonly device: string;
  readonly directory: string;
}

/** The mounts in their order; of several on one path the last one counts. Lines of another shape are left out. */
export function parseMountinfo(text: string): readonly Mounted[] {
  return text.split("\n").flatMap((line): Mounted[] => {
    const [own = "", rest = ""] = line.split(" - ", 2);
    const [, , device, root, path, options] = own.split(" ");
    if (device === undefined || root === undefined || path === undefined || options === undefined) return [];
    const [type = "", source = "", ...others] = rest.split(" ");
    const ofFileSystem = others.join(" ");
    const writable = [options, ofFileSystem].every((list) => list.split(",")[0] === "rw");
    return [{ device, root: unescape(root), path: unescape(path), writable, type, source: unescape(source) }];
  });
}

/** The kernel writes blanks and backslashes in octal. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** Where a real path lies on its file system. */
export function locate(real: string, mounts: readonly Mounted[]): Location | undefined {
  let found: Mounted | undefined;
  for (const mount of mounts) {
    if (isWithin(real, mount.path) && mount.path.length >= (found?.path.length ?? 0)) found = mount;
  }
  if (found === undefined) return undefined;
  return { device: found.device, directory: join(found.root, below(real, found.path)) };
}

/** The paths under which processes that see these mounts reach the directory, or what of it is mounted. */
export function aliases(location: Location, mounts: readonly Mounted[]): readonly string[] {
  return mounts.filter(({ device }) => device === location.device).flatMap(({ root, path }) => {
    if (isWithin(location.directory, root)) return [join(path, below(location.directory, root))];
    return isWithin(root, location.directory) ? [path] : [];
  });
}

/** The path is the directory, or lies in it. */
export function isWithin(path: string, directory: string): boolean {
  const whole = directory.replace(/\/+$/, "");
  return path === whole || path.startsWith(`${whole}/`) || whole === "";
}

/** One is the other, or lies in it. */
export function isNested(left: string, right: string): boolean {
  return isWithin(left, right) || isWithin(right, left);
}

function below(path: string, directory: string): string {
  return path.slice(directory.replace(/\/+$/, "").length);
}

function join(directory: string, rest: string): string {
  return `${directory.replace(/\/+$/, "")}${rest}`.replace(/\/+$/, "") || "/";
}
