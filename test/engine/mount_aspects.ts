/** Aspects of what is mounted: what lies there, whose it is, and who may write. */
import { OWN_MOUNTS } from "./nature.ts";
import type { Mount, ServiceView, View } from "./view.ts";

/**
 * By `mount.TARGET.WHAT`. Of two mounts at one place a process sees the later.
 *
 * @param handed paths of configs and secrets, which are files with aspects of their own.
 */
export function mountAspects(
  { mounts, memory, cgroup }: View,
  handed: readonly string[],
): Readonly<Record<string, string>> {
  const seen = new Map(
    mounts.filter(({ target }) => !handed.includes(target)).map((mount) => [mount.target, mount]),
  );
  const aspects: Record<string, string> = {};
  // Half of the machine's memory is Docker's own limit, of which the kernel takes whole pages.
  const most = Math.min(Math.floor(memory / 2 / PAGE) * PAGE, Number(cgroup["memory"]) || memory);
  const room = (size: number): number => Math.min(size, most);
  for (const mount of seen.values()) {
    if (mount.target === "/") aspects["root.writable"] = yesOrNo(mount.writable);
    else if (!OWN_MOUNTS.some((pattern) => pattern.test(mount.target))) {
      Object.assign(aspects, of(mount, room));
    }
  }
  return aspects;
}

const PAGE = 4096;

/** By `file.PATH` and `file.PATH.writable`. */
export function handedAspects(handed: ServiceView["handed"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(handed).flatMap(([path, { is, writable }]) => [
      [`file.${path}`, is],
      [`file.${path}.writable`, yesOrNo(writable)],
    ]),
  );
}

/** @param room how much of a file system in memory there is to be had. */
function of(mount: Mount, room: (size: number) => number): Readonly<Record<string, string>> {
  const name = `mount.${mount.target}`;
  return {
    [`${name}.is`]: mount.directory ? "directory" : "file",
    [`${name}.writable`]: yesOrNo(mount.writable),
    // Where it lies is for those who write: of a file or of a Secret's folder, which is in memory, nobody can tell.
    ...(isKept(mount) ? { [`${name}.kept in`]: mount.type === "tmpfs" ? "memory" : "files" } : {}),
    ...(isKept(mount) && mount.type === "tmpfs" ? { [`${name}.size`]: `${room(mount.size)}` } : {}),
    ...(mount.options.includes("noexec") ? { [`${name}.noexec`]: "yes" } : {}),
    ...(mount.propagation === "" ? {} : { [`${name}.propagation`]: mount.propagation }),
    ...Object.fromEntries(
      Object.entries(withoutOwnMode(mount, linksFollowed(mount.entries ?? {}))).map((
        [path, text],
      ) => [`${name}: ${path}`, text]),
    ),
  };
}

function isKept({ directory, readOnly }: Mount): boolean {
  return directory && !readOnly;
}

/**
 * What is mounted read-only is written by nobody, whatever the modes of its folders say; the kubelet's own are open to
 * all.
 */
function withoutOwnMode(
  { readOnly, directory }: Mount,
  entries: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (!readOnly || !directory) return entries;
  return Object.fromEntries(
    Object.entries(entries).filter(([path]) => path !== ".").map(([path, text]) => [
      path,
      text.replace(/^d\S+/, (mode) => mode.replaceAll("w", "-")),
    ]),
  );
}

/** Why not is told differently by a read-only mount and by a missing right, and both mean no. */
function yesOrNo(writable: string): string {
  return writable === "yes" ? "yes" : "no";
}

/**
 * The kubelet puts the files of a ConfigMap into a dated folder and links to them, so that it can change all at once.
 * A program that opens them by name sees files.
 */
function linksFollowed(entries: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const dated = Object.keys(entries).find((path) => /^\.\.\d{4}_[^/]+$/.test(path));
  if (dated === undefined) return entries;
  return Object.fromEntries(
    Object.entries(entries).filter(([path]) => !path.startsWith("..")).flatMap(([path, text]) => {
      const target = / -> \.\.data\/(.*)$/.exec(text)?.[1];
      if (target === undefined) return [[path, text]];
      const within = Object.entries(entries).filter(([other]) =>
        other === `${dated}/${target}` || other.startsWith(`${dated}/${target}/`)
      );
      return within.map(([other, what]) => [other.slice(dated.length + 1), what]);
    }),
  );
}
