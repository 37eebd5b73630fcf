/** Services that share a network, processes or memory with another one: together they are one pod. */
import type { Project, Service } from "../../compose/project.ts";
import { oncePer } from "../values/once_per.ts";

/** The keys that name the service whose namespace is shared. */
export const SHARED = ["network_mode", "pid", "ipc"] as const;

/** One sharing, as it is written. */
export interface Sharing {
  readonly service: string;
  readonly key: typeof SHARED[number];
  readonly value: string;
  /** The service of the stack that is meant; absent where it is none of it. */
  readonly with?: string;
}

/** Who is in whose pod. */
export interface PodGroups {
  /** Services by the one whose pod it is, that one first; a service alone is in no group. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** The service whose pod a service is in: itself, where it is alone. */
  hostOf(service: string): string;
  /** The service by whose name it is reached: one with the network of another has no name in Docker. */
  nameOf(service: string): string;
}

/** What a service shares with others of the stack. */
export function sharingsOf(project: Project, service: Service): readonly Sharing[] {
  return SHARED.flatMap((key): Sharing[] => {
    const value = service[key];
    const [, kind, name = ""] = /^(service|container):(.+)$/.exec(value ?? "") ?? [];
    if (value === undefined || kind === undefined) return [];
    const other = kind === "service" ? project.services[name] : byContainerName(project, name);
    return [{ service: service.name, key, value, ...(other === undefined ? {} : { with: other.name }) }];
  });
}

/** Docker's name of a container: given, or made by compose of project, service and number. */
function byContainerName(project: Project, name: string): Service | undefined {
  return byFirstContainer(project).get(name);
}

/** The first service of each name of a container. */
const byFirstContainer = oncePer((project: Project): ReadonlyMap<string, Service> =>
  new Map(
    Object.values(project.services).toReversed().map((service) =>
      [service.container_name ?? `${project.name}-${service.name}-1`, service] as const
    ),
  )
);

/** The first of a group shares with no other: it is the one whose network others have, else whose processes or memory. */
export const podGroups = oncePer((project: Project): PodGroups => {
  const sharings = Object.values(project.services).flatMap((service) => sharingsOf(project, service))
    .filter((one): one is Sharing & { readonly with: string } =>
      one.with !== undefined && one.with !== one.service
    );
  const groupOf = new Map(Object.keys(project.services).map((name) => [name, new Set([name])]));
  for (const one of sharings) {
    const united = new Set([...groupOf.get(one.with) ?? [], ...groupOf.get(one.service) ?? []]);
    for (const name of united) groupOf.set(name, united);
  }
  const sharing = new Set(sharings.map(({ service }) => service));
  const givesNetwork = new Set(
    sharings.filter(({ key }) => key === "network_mode").map((one) => one.with),
  );
  const place = new Map(Object.keys(project.services).map((name, index) => [name, index]));
  const inOrder = (group: ReadonlySet<string>): readonly string[] =>
    [...group].sort((left, right) => (place.get(left) ?? 0) - (place.get(right) ?? 0));
  const members = new Map(
    [...new Set(groupOf.values())].filter(({ size }) => size > 1).map((group) => {
      const names = inOrder(group);
      const alone = names.filter((name) => !sharing.has(name));
      const host = alone.find((name) => givesNetwork.has(name)) ?? alone[0] ?? names[0] ?? "";
      return [host, [host, ...names.filter((name) => name !== host)]] as const;
    }),
  );
  const hosts = new Map([...members].flatMap(([host, names]) => names.map((name) => [name, host])));
  const hostOf = (service: string): string => hosts.get(service) ?? service;
  const unnamed = new Set(
    sharings.filter(({ key }) => key === "network_mode").map(({ service }) => service),
  );
  return { members, hostOf, nameOf: (service) => unnamed.has(service) ? hostOf(service) : service };
});
