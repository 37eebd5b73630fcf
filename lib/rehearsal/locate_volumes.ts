/** Where an engine keeps the named volumes of a project. */
import type { Project } from "../../compose/project.ts";
import type { Engine } from "../docker/engine.ts";
import { nameInDocker } from "../stack/storage/volume_roles.ts";
import { field } from "../values/json.ts";

/**
 * By key: the directory that a volume binds, else the engine's own (Engine API, "VolumeInspect"). Absent where the engine
 * does not have it.
 *
 * @throws EngineError
 */
export async function locateVolumes(engine: Engine, project: Project): Promise<ReadonlyMap<string, string>> {
  const located = await Promise.all(
    Object.entries(project.volumes).map(async ([key, volume]) => {
      const answer = await engine.json(`/volumes/${encodeURIComponent(nameInDocker(project, key, volume))}`);
      const [device, place] = [field(field(answer, "Options"), "device"), field(answer, "Mountpoint")];
      const path = typeof device === "string" && device.startsWith("/") ? device : place;
      return typeof path === "string" && path !== "" ? [[key, path] as const] : [];
    }),
  );
  return new Map(located.flat());
}
