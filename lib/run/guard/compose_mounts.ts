/** What services of the compose files share on purpose: what they share there, they share afterwards too. */
import type { Project } from "../../../compose/project.ts";
import { contains, overlaps, type Place } from "../../node/place.ts";
import type { Neighbour } from "../../stack/context.ts";
import { label } from "../../stack/names.ts";
import { podGroups } from "../../stack/pod_groups.ts";
import type { SeenMount, SharedInCompose } from "./in_use.ts";
import type { Places } from "./look.ts";
import type { SharedWithPod } from "./pods_in_use.ts";

/** What a service mounts, by the compose files. */
interface Declared {
  readonly volumes: ReadonlySet<string>;
  readonly binds: readonly Place[];
}

/** By whom a directory is shared on purpose, before the move and after it. */
export interface SharedByFiles {
  /**
   * A container of another service, be it of another project that is known, on a mount that the files give it, beside a
   * service that the files give it too. A container of the service itself is what stands in the way.
   */
  readonly isShared: SharedInCompose;
  /** The same of a pod of another project that is known. */
  readonly isSharedPod: SharedWithPod;
}

/**
 * @param neighbours other projects whose files are known
 * @param directories where the project's volumes lie on the node, by the name that an engine has for them
 */
export async function sharedByFiles(
  project: Project,
  neighbours: readonly Neighbour[],
  places: Places,
  directories: ReadonlyMap<string, string> = new Map(),
): Promise<SharedByFiles> {
  const volumes = new Map(
    await Promise.all(
      [...directories].map(async ([name, path]) => [name, await places.all([path])] as const),
    ),
  );
  const projects = new Map(
    await Promise.all(
      [project, ...neighbours.map((neighbour) => neighbour.project)].map(async (one) =>
        [one.name, await declaredIn(one, places)] as const
      ),
    ),
  );
  const declared = (name: string | undefined, service: string | undefined): Declared | undefined =>
    projects.get(name ?? "")?.get(service ?? "");
  return {
    isShared: (container, mount, { service }) => {
      const own = declared(project.name, service);
      const other = declared(container.project, container.service);
      if (own === undefined || other === undefined) return false;
      if (container.project === project.name && container.service === service) return false;
      return has(other, mount, contains) && has(own, mount, overlaps);
    },
    isSharedPod: ({ metadata: { namespace, labels } }, { service }, place) => {
      const own = declared(project.name, service);
      const neighbour = neighbours.find((one) => one.namespace === namespace);
      if (own === undefined || neighbour === undefined) return false;
      const { hostOf } = podGroups(neighbour.project);
      return Object.keys(neighbour.project.services)
        .filter((name) => label(hostOf(name)) === labels?.["app.kubernetes.io/name"])
        .some((name) => {
          const other = declared(neighbour.project.name, name);
          return other !== undefined && sharesPlace(own, other, place, volumes);
        });
    },
  };
}

function sharesPlace(
  own: Declared,
  other: Declared,
  place: Place,
  volumes: ReadonlyMap<string, readonly Place[]>,
): boolean {
  const common = [...own.volumes].filter((volume) => other.volumes.has(volume));
  return common.some((volume) => volumes.get(volume)?.some((directory) => contains(directory, place))) ||
    [own, other].every(({ binds }) => binds.some((bind) => overlaps(bind, place)));
}

async function declaredIn(project: Project, places: Places): Promise<ReadonlyMap<string, Declared>> {
  const names = Object.keys(project.services);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await declaredBy(name, project, places)] as const)),
  );
}

async function declaredBy(service: string, project: Project, places: Places): Promise<Declared> {
  const mounts = lenders(service, project, new Set()).flatMap((name) =>
    project.services[name]?.volumes ?? []
  );
  const of = (type: string): readonly string[] =>
    mounts.flatMap((mount) => mount.type === type && mount.source !== undefined ? [mount.source] : []);
  return {
    volumes: new Set(of("volume").map((key) => project.volumes[key]?.name ?? `${project.name}_${key}`)),
    binds: await places.all(of("bind")),
  };
}

/** The service and those whose mounts it has by `volumes_from`. */
function lenders(service: string, project: Project, seen: Set<string>): readonly string[] {
  if (seen.has(service)) return [];
  seen.add(service);
  const from = project.services[service]?.volumes_from ?? [];
  return [service, ...from.flatMap((text) => lenders(text.split(":")[0] ?? "", project, seen))];
}

function has(
  { volumes, binds }: Declared,
  { mount: { volume }, places }: SeenMount,
  meets: (bind: Place, place: Place) => boolean,
): boolean {
  if (volume !== undefined) return volumes.has(volume);
  return binds.some((bind) => places.some((place) => meets(bind, place)));
}
