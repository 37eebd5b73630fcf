/** Whether a directory is data or configuration: by who may write to it, not by what lies in it today. */
import type { BindSource } from "../../../compose/bind_source.ts";
import type { Project } from "../../../compose/project.ts";
import type { Context } from "../context.ts";
import { relativePath } from "../relative_path.ts";
import { senseOf } from "./path_words.ts";
import { storageKey } from "./places.ts";
import { reportMount } from "./report_mount.ts";
import type { BindTreatment } from "./bind_treatment.ts";
import type { Use } from "./places.ts";
import { hasState, isServedOrRenewed } from "./state_files.ts";
import { plainPath } from "../../values/plain_path.ts";

/** What a ConfigMap or Secret takes, in bytes: 1 MiB for the whole object, some of it for everything else than data. */
export const LARGEST_OBJECT = 1024 * 1024 - 8 * 1024;

/** A directory with its mounts, and what is mounted writable anywhere in the project. */
export interface MountedDirectory {
  readonly path: string;
  readonly source: BindSource & { readonly kind: "directory" };
  readonly uses: readonly Use[];
  readonly writable: readonly string[];
}

/** Every path that a container of the project may write to, services that are not moved included. */
export function writablePaths(project: Project): readonly string[] {
  return Object.values(project.services).flatMap(({ volumes }) =>
    (volumes ?? []).flatMap(({ type, source, read_only }) =>
      type === "bind" && source !== undefined && read_only !== true ? [source] : []
    )
  );
}

/**
 * Data, as in Docker, unless every mount of it is read-only and nobody else writes there: no mount of it, of what it
 * lies in or of what lies in it, no other project (its path is inside this one's folder) and no program of the machine.
 */
export function directoryTreatment(context: Context, directory: MountedDirectory): BindTreatment {
  const { path, source, uses } = directory;
  const data: BindTreatment = { kind: "data", directory: plainPath(path), isMissing: false };
  if (mayBeWritten(context.project, directory)) return data;
  const sense = senseOf(relativePath(context.project, path), uses.map(({ mount }) => mount.target));
  if (sense === "data" || source.files.size === 0) return data;
  const fits = source.complete && source.size <= LARGEST_OBJECT &&
    [...source.files.values()].every((entry) => entry.content !== undefined);
  if (fits) return { kind: "configuration", source };
  if (sense === "configuration") {
    reportMount(
      context,
      "kube-directory-too-large",
      "warning",
      `Directory "${storageKey(context, path)}" cannot be a ConfigMap as ${
        source.obstacle ?? "it is too large for one"
      }: it stays where it is, on a volume, as in Docker`,
      uses,
      path,
      "data",
    );
  }
  return data;
}

function mayBeWritten(project: Project, { path, source, uses, writable }: MountedDirectory): boolean {
  return uses.some(({ mount }) => mount.read_only !== true) ||
    relativePath(project, path).startsWith("/") ||
    writable.some((other) => overlaps(path, other)) ||
    hasState(source.files) ||
    isServedOrRenewed(path, uses.map(({ mount }) => mount.target), source.files);
}

/** One is the other, or lies in it. */
function overlaps(left: string, right: string): boolean {
  const [one, other] = [left, right].map((path) => `${path.replace(/\/+$/, "")}/`) as [string, string];
  return one.startsWith(other) || other.startsWith(one);
}
