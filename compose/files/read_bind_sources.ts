/** Looks at what lies behind a project's bind mounts, within bounds, without opening anything that may block. */
import type { BindSource, BindSources, Permissions } from "../bind_source.ts";
import { type Edited, editedAt } from "./disk.ts";
import { cleanPath } from "./paths.ts";
import type { Project } from "../project.ts";
import { isKernel, readRegular } from "../../lib/files/regular_file.ts";

/** Bounds of the walk. Beyond them a directory is data, not configuration. */
export interface BindLimits {
  /** Bytes of one file whose content is read. */
  readonly fileBytes: number;
  /** Bytes of a directory's files whose contents are read. */
  readonly totalBytes: number;
  readonly files: number;
  readonly depth: number;
}

/** A ConfigMap holds 1 MiB; a little more lets the conversion say by how much a file is too large. */
const DEFAULTS: BindLimits = {
  fileBytes: 1024 * 1024 + 4096,
  totalBytes: 2 * 1024 * 1024,
  files: 200,
  depth: 5,
};

interface Found extends Permissions {
  readonly size: number;
  readonly content?: Uint8Array<ArrayBuffer>;
}

interface Walk {
  readonly root: string;
  readonly realRoot: string;
  readonly limits: BindLimits;
  readonly edited: Edited;
  readonly files: Map<string, Found>;
  entries: number;
  size: number;
  /** The first thing for which not all of it is known. */
  obstacle?: string;
}

/**
 * The bind mounts' sources of all active services, and the files of configs and secrets, each looked at once.
 * `edited` holds contents, by real path, that take the place of what lies on disk.
 */
export async function readBindSources(
  project: Project,
  limits: Partial<BindLimits> = {},
  edited: Edited = new Map(),
): Promise<BindSources> {
  const bounds = { ...DEFAULTS, ...limits };
  const sources = new Map<string, BindSource>();
  for (const service of Object.values(project.services)) {
    for (const { type, source } of service.volumes ?? []) {
      if (type === "bind" && source !== undefined && !sources.has(source)) {
        sources.set(source, await look(source, bounds, edited));
      }
    }
  }
  for (const { file } of [...Object.values(project.configs), ...Object.values(project.secrets)]) {
    if (file !== undefined && !sources.has(file)) sources.set(file, await look(file, bounds, edited));
  }
  return sources;
}

/** The same of the directory of a named volume, which may be one of Docker's own. */
export async function readVolume(path: string): Promise<BindSource> {
  return await look(path, DEFAULTS, new Map());
}

async function look(path: string, limits: BindLimits, edited: Edited): Promise<BindSource> {
  try {
    const info = await Deno.stat(path);
    if (info.isFile) return { kind: "file", ...await readFile(path, info, limits.fileBytes, edited) };
    if (info.isDirectory) return await lookInto(path, info, limits, edited);
    return { kind: kindOf(info) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { kind: "missing" };
    }
    return { kind: "unreadable", reason: error instanceof Error ? error.message : String(error) };
  }
}

function kindOf(info: Deno.FileInfo): "socket" | "device" | "fifo" {
  if (info.isSocket) return "socket";
  return info.isFifo ? "fifo" : "device";
}

function permissionsOf({ mode, uid, gid }: Deno.FileInfo, usual: number): Permissions {
  return {
    mode: (mode ?? usual) & 0o7777,
    ...(uid === null ? {} : { uid }),
    ...(gid === null ? {} : { gid }),
  };
}

async function readFile(path: string, info: Deno.FileInfo, most: number, edited: Edited): Promise<Found> {
  const own = permissionsOf(info, 0o644);
  const instead = await editedAt(path, edited);
  if (instead !== undefined) return { size: instead.length, ...own, content: Uint8Array.from(instead) };
  if (info.size > most || await isKernel(path)) return { size: info.size, ...own };
  return { size: info.size, ...own, content: await readRegular(path, most) };
}

/** Reading there has effects, never ends, or says nothing about the project. */
const SYSTEM = ["/proc", "/sys", "/dev", "/run", "/var/run", "/var/lib/docker"];

/** What a volume of Docker's holds is the stack's. */
const VOLUME = /\/volumes\/[^/]+\/_data(\/|$)/;

function isSystem(path: string): boolean {
  return !VOLUME.test(path) && SYSTEM.some((system) => path === system || path.startsWith(`${system}/`));
}

async function lookInto(
  root: string,
  info: Deno.FileInfo,
  limits: BindLimits,
  edited: Edited,
): Promise<BindSource> {
  const realRoot = await Deno.realPath(root);
  if (realRoot === "/" || isSystem(realRoot)) {
    const obstacle = "it belongs to the machine's own system";
    return { kind: "directory", files: new Map(), complete: false, obstacle, size: 0 };
  }
  const walk: Walk = {
    root,
    realRoot,
    limits,
    edited,
    files: new Map(),
    entries: 0,
    size: 0,
  };
  await visit(walk, "", 0);
  const { files, size, obstacle } = walk;
  return {
    kind: "directory",
    files,
    permissions: permissionsOf(info, 0o755),
    size,
    complete: obstacle === undefined,
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

async function visit(walk: Walk, directory: string, depth: number): Promise<void> {
  if (depth > walk.limits.depth) {
    walk.obstacle ??= `"${directory}" lies deeper than ${walk.limits.depth} folders`;
    return;
  }
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(cleanPath(`${walk.root}/${directory}`))) {
      names.push(entry.name);
      // Most data directories are large: what comes after the bound changes nothing.
      if (++walk.entries > walk.limits.files) break;
    }
  } catch {
    walk.obstacle ??= directory === "" ? "it cannot be read" : `"${directory}" cannot be read`;
    return;
  }
  for (const name of names.sort()) {
    await visitEntry(walk, directory === "" ? name : `${directory}/${name}`, depth);
  }
  if (Math.max(walk.entries, walk.files.size) > walk.limits.files) {
    walk.obstacle ??= `it has more than ${walk.limits.files} files`;
  }
}

async function visitEntry(walk: Walk, name: string, depth: number): Promise<void> {
  const path = `${walk.root}/${name}`;
  const hinder = (why: string): void => {
    walk.obstacle ??= `"${name}" ${why}`;
  };
  let isLink = false;
  try {
    const link = await Deno.lstat(path);
    isLink = link.isSymlink;
    if (isLink && !(await staysInside(walk, path))) return hinder("is a link that leads out of it");
    const info = isLink ? await Deno.stat(path) : link;
    if (info.isDirectory) {
      if (isLink) hinder("is a link to a folder");
      else await visit(walk, name, depth + 1);
    } else if (info.isFile) {
      walk.size += info.size;
      const room = Math.min(walk.limits.fileBytes, walk.limits.totalBytes - walk.size + info.size);
      const file = await readFile(path, info, room, walk.edited);
      if (file.content === undefined) hinder("makes it too large");
      walk.files.set(name, file);
    } else hinder("is no file");
  } catch {
    hinder(isLink ? "is a link to what is not there" : "cannot be read");
  }
}

/** A link that leads out of the directory would carry files of the host that nobody mounted. */
async function staysInside(walk: Walk, path: string): Promise<boolean> {
  const target = await Deno.realPath(path);
  return target === walk.realRoot || target.startsWith(`${walk.realRoot}/`);
}
