/** Mounts of a container beside those of the files. */
import type { FileReference, Mount, Project, Service } from "../../../compose/project.ts";
import { nameInDocker } from "../../stack/storage/volume_roles.ts";
import type { StartedContainer, StartedMount } from "./container.ts";
import { plainPath } from "../../values/plain_path.ts";

/** Paths in the container, each with how it differs. */
export function differentMounts(
  service: Service,
  { mounts, ofImage }: StartedContainer,
  project: Project,
): readonly string[] {
  const wanted = new Map(
    [...fileMounts(service, project), ...service.volumes ?? []].map((
      mount,
    ) => [plainPath(mount.target), mount]),
  );
  const has = new Map(mounts.map((mount) => [plainPath(mount.target), mount]));
  const changed = [...wanted].flatMap(([target, mount]) => {
    const found = has.get(target);
    // The engine tells of mounts of images and of others in ways of its own.
    if (!["bind", "volume", "tmpfs"].includes(mount.type)) return [];
    if (found === undefined) return [`${target} new`];
    return isSame(mount, found, project) ? [] : [`${target} changed`];
  });
  const byItself = new Set([...ofImage?.volumes ?? [], ...(service.tmpfs ?? []).map(pathOf)].map(plainPath));
  // What others lend stands in their lines.
  const isOpen = (service.volumes_from ?? []).length > 0 || ofImage === undefined ||
    service["use_api_socket"] === true;
  const gone = isOpen
    ? []
    : [...has.keys()].filter((target) => !wanted.has(target) && !byItself.has(target)).map((target) =>
      `${target} gone`
    );
  return [...changed, ...gone].sort();
}

function isSame(mount: Mount, found: StartedMount, project: Project): boolean {
  if (mount.type !== found.type || (mount.read_only === true) === found.isWritable) return false;
  if (mount.type === "bind") return samePath(mount.source ?? "", found.source ?? "");
  if (mount.type !== "volume" || mount.source === undefined) return true;
  return nameInDocker(project, mount.source, project.volumes[mount.source] ?? {}) === found.name;
}

/** Docker Desktop shows the machine's paths below a folder of its own. */
function samePath(left: string, right: string): boolean {
  return plainPath(left) === plainPath(right.replace(/^\/(host_mnt|run\/desktop\/mnt\/host)(?=\/)/, ""));
}

/** Configs and secrets that are files of the machine are mounted; others are copied into the container. */
function fileMounts(service: Service, project: Project): readonly Mount[] {
  const of = (
    references: readonly FileReference[],
    files: Project["configs"],
    folder: string,
  ): readonly Mount[] =>
    references.flatMap(({ source, target = source }): readonly Mount[] => {
      const file = files[source]?.file;
      if (file === undefined) return [];
      const path = target.startsWith("/") ? target : `${folder}${target}`;
      return [{ type: "bind", source: file, target: path, read_only: true }];
    });
  return [
    ...of(service.configs ?? [], project.configs, "/"),
    ...of(service.secrets ?? [], project.secrets, "/run/secrets/"),
  ];
}

/** Of `/run:size=64m`. */
function pathOf(tmpfs: string): string {
  return tmpfs.split(":")[0] ?? tmpfs;
}
