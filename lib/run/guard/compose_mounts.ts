/** What services of the compose files share on purpose: what they share there, they share afterwards too. */
import type { Project } from "../../../compose/project.ts";
import { contains, overlaps, type Place } from "../../node/place.ts";
import type { SeenMount, SharedInCompose } from "./in_use.ts";
import type { Places } from "./look.ts";

/** What a service mounts, by the compose files. */
interface Declared {
  readonly volumes: ReadonlySet<string>;
  readonly binds: readonly Place[];
}

/**
 * A container of another service of the same project, on a mount that the files give it, beside a service that the
 * files give it too. A container of the service itself is what stands in the way.
 */
export async function sharedInCompose(project: Project, places: Places): Promise<SharedInCompose> {
  const names = Object.keys(project.services);
  const declared = new Map(
    await Promise.all(names.map(async (name) => [name, await declaredBy(name, project, places)] as const)),
  );
  return (container, mount, { service }) => {
    const own = service === undefined ? undefined : declared.get(service);
    const other = container.project === project.name ? declared.get(container.service ?? "") : undefined;
    if (own === undefined || other === undefined || container.service === service) return false;
    return has(other, mount, contains) && has(own, mount, overlaps);
  };
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
