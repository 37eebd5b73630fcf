/** Directories of this machine as they really are: links followed, bind mounts seen through. */
import { dirname } from "node:path";
import { isNested, isWithin, locate, type Location, type Mounted, parseMountinfo } from "./mountinfo.ts";

/** A directory or file, there or not yet there. */
export interface Place {
  /** As it was named. */
  readonly path: string;
  /** Without links; of what is not there, as far as it is there. */
  readonly real: string;
  readonly location?: Location;
  /** Device and inode, where it is there. */
  readonly identity?: string;
}

/** The mounts that this process sees. @throws where `/proc` cannot be read */
export async function ownMounts(proc = "/proc"): Promise<readonly Mounted[]> {
  return parseMountinfo(await Deno.readTextFile(`${proc}/self/mountinfo`));
}

/** Looks a path up on disk. One that cannot be looked at is taken as it is written. */
export async function placeOf(path: string, mounts: readonly Mounted[]): Promise<Place> {
  const real = await realPath(path);
  const location = locate(real, mounts);
  const info = await Deno.stat(real).catch(() => undefined);
  return {
    path,
    real,
    ...(location === undefined ? {} : { location }),
    ...(info === undefined || info.ino === null ? {} : { identity: `${info.dev}:${info.ino}` }),
  };
}

/** A directory whose name alone is known: of a node that is another machine. */
export function placeByName(path: string): Place {
  return { path, real: path.replace(/\/+$/, "") || "/" };
}

/** Whether writing to one is writing to the other: they are the same, or one lies in the other. */
export function overlaps(left: Place, right: Place): boolean {
  if (isNested(left.real, right.real)) return true;
  if (left.identity !== undefined && left.identity === right.identity) return true;
  return left.location !== undefined && right.location !== undefined &&
    left.location.device === right.location.device &&
    isNested(left.location.directory, right.location.directory);
}

/** Whether the place is the directory or lies in it, by any of its names. */
export function contains(directory: Place, place: Place): boolean {
  if (isWithin(place.real, directory.real)) return true;
  if (place.identity !== undefined && place.identity === directory.identity) return true;
  return place.location !== undefined && place.location.device === directory.location?.device &&
    isWithin(place.location.directory, directory.location.directory);
}

async function realPath(path: string): Promise<string> {
  const parent = dirname(path);
  try {
    return await Deno.realPath(path);
  } catch {
    if (parent === path) return path;
    const name = path.replace(/\/+$/, "").slice(parent === "/" ? 1 : parent.length + 1);
    return `${(await realPath(parent)).replace(/\/$/, "")}/${name}`;
  }
}
