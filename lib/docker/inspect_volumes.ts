/** Which of a project's named volumes an engine has, and where. */
import type { Project } from "../../compose/project.ts";
import { directoryBelow, DOCKER_ROOT, nameInDocker } from "../stack/storage/volume_roles.ts";
import { field } from "../values/json.ts";
import type { Engine } from "./engine.ts";

/** By key. */
export interface VolumeFacts {
  /** The machine's directory, where it is not the usual one. */
  readonly places: Readonly<Record<string, string>>;
  /** Volumes that the engine has, wherever. */
  readonly present: readonly string[];
  /** The machine's directory of each of them that has one. */
  readonly mountpoints: Readonly<Record<string, string>>;
  /** Volumes that it does not have. */
  readonly absent: readonly string[];
}

/**
 * Asks for each volume that lies on the engine's own disk (Engine API, "VolumeInspect"): not for those of a plugin, nor
 * for those whose options say where they lie.
 *
 * @throws EngineError where it does not answer
 */
export async function inspectVolumes(engine: Engine, project: Project): Promise<VolumeFacts> {
  const mountpoints: [string, string][] = [];
  const usual = new Map<string, string>();
  const present: string[] = [];
  const absent: string[] = [];
  for (const [key, volume] of Object.entries(project.volumes)) {
    const { driver = "", driver_opts: options = {} } = volume;
    if ((driver !== "" && driver !== "local") || Object.keys(options).length > 0) continue;
    const name = nameInDocker(project, key, volume);
    const answer = await engine.json(`/volumes/${encodeURIComponent(name)}`);
    const place = field(answer, "Mountpoint");
    (answer === undefined ? absent : present).push(key);
    if (typeof place !== "string" || !place.startsWith("/")) continue;
    mountpoints.push([key, place]);
    usual.set(key, directoryBelow(DOCKER_ROOT, name));
  }
  const places = mountpoints.filter(([key, place]) => place !== usual.get(key));
  return {
    places: Object.fromEntries(places),
    present,
    mountpoints: Object.fromEntries(mountpoints),
    absent,
  };
}
