/** Reads what lies in the named volumes of the stack's Traefik: its files and its certificates may be there. */
import type { BindSource, VolumeSources } from "../../compose/bind_source.ts";
import { readVolume } from "../../compose/mod.ts";
import type { Project } from "../../compose/project.ts";
import { findTraefik } from "../traefik/find_traefik.ts";

/**
 * Those whose directory is known: an engine told it, or their options bind it. What cannot be read is not among them, as
 * Docker's own directory is root's.
 *
 * @param mountpoints of the engine's volumes, by key
 */
export async function readVolumeSources(
  project: Project,
  mountpoints: Readonly<Record<string, string>> = {},
): Promise<VolumeSources> {
  const found = new Map<string, { readonly directory: string; readonly source: BindSource }>();
  for (const { type, source: key } of findTraefik(project)?.mounts ?? []) {
    if (type !== "volume" || key === undefined || found.has(key)) continue;
    const directory = boundDirectory(project, key) ??
      (Object.hasOwn(mountpoints, key) ? mountpoints[key] : undefined);
    if (directory !== undefined) found.set(key, { directory, source: await readVolume(directory) });
  }
  return found;
}

/** A volume of the local driver that is a bind mount in disguise. */
function boundDirectory({ volumes }: Project, key: string): string | undefined {
  const { driver = "local", driver_opts: { device = "", o = "" } = {} } = volumes[key] ?? {};
  const isBound = (driver === "local" || driver === "") && /(^|,)\s*r?bind\s*(,|$)/.test(o);
  return isBound && device.startsWith("/") ? device : undefined;
}
