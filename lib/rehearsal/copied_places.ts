/** Which directories of a stack are copied for a rehearsal, and where to. No I/O. */
import { join } from "node:path";
import type { Project } from "../../compose/project.ts";
import { relativePath } from "../stack/relative_path.ts";
import type { BindSources } from "./bind_sources.ts";
import { hostPath } from "../../compose/files/paths.ts";
import { plainPath } from "../values/plain_path.ts";

/** A directory or file that is copied. */
export interface Copied {
  /** Absolute, no link on the way. */
  readonly from: string;
  /** Below the copy's folder. */
  readonly to: string;
  /** The volume's key, where it is one. */
  readonly volume?: string;
}

/** Where the copy finds what the stack has. */
export interface CopiedPlaces {
  /** Each once; none lies in another. */
  readonly copies: readonly Copied[];
  /** The source of a bind mount: of its copy, or where it lies, where nobody writes to it. */
  bind(source: string): string;
  /** By key of the volumes in use: the directory of its copy; undefined for memory. */
  readonly volumes: ReadonlyMap<string, string | undefined>;
}

/** What is known of the stack's places. */
export interface KnownPlaces {
  /** Where an engine keeps each volume, by key; absent where it has none: its copy begins empty. */
  readonly located: ReadonlyMap<string, string>;
  /** Those that are not there Docker makes, and is not to make where the stack lies. */
  readonly sources: BindSources;
}

/**
 * What nobody writes to is shared, as it lies; what somebody writes to, with all that lies in it, is copied: from where
 * it truly is, as a link that is copied would still lead there.
 */
export function copiedPlaces(
  project: Project,
  kept: readonly string[],
  { located, sources }: KnownPlaces,
  folder: string,
): CopiedPlaces {
  const mounts = kept.flatMap((name) => project.services[name]?.volumes ?? []);
  const real = (source: string): string => plainPath(sources.get(source)?.real ?? source);
  const written = mounts.flatMap(({ type, source = "", read_only: isReadOnly }) =>
    type === "bind" && (isReadOnly !== true || sources.get(source)?.kind === "missing") ? [real(source)] : []
  );
  const keys = [...new Set(mounts.flatMap(({ type, source }) => type === "volume" && source ? [source] : []))]
    .sort();
  const volumes = new Map(
    keys.map((key) => [key, isMemory(project, key) ? undefined : join(folder, "volumes", key)]),
  );
  const binds = outermost(written).map((from) => ({ from, to: placeOf(project, from, folder) }));
  const bind = (written: string): string => {
    const source = hostPath(written);
    const path = real(source);
    const found = binds.find(({ from }) => isIn(path, from));
    return found === undefined ? source : `${found.to}${path.slice(found.from.length)}`;
  };
  const named = [...volumes].flatMap(([volume, to]) => {
    const from = located.get(volume);
    return from === undefined || to === undefined ? [] : [{ from, to, volume }];
  });
  return { copies: [...binds, ...named], bind, volumes };
}

function isMemory({ volumes }: Project, key: string): boolean {
  return volumes[key]?.driver_opts?.["type"] === "tmpfs";
}

/** Below the copy's folder as below the stack's; what lies elsewhere by its whole path. */
function placeOf(project: Project, path: string, folder: string): string {
  const relative = relativePath(project, path);
  return relative.startsWith("/") || relative.startsWith("..")
    ? join(folder, "outside", path)
    : join(folder, "stack", relative);
}

function outermost(paths: readonly string[]): readonly string[] {
  const unique = [...new Set(paths)].sort();
  return unique.filter((path) => !unique.some((other) => other !== path && isIn(path, other)));
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}
