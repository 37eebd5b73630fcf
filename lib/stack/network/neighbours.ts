/** Names of other projects' services on networks that both projects have: Docker resolves them, a namespace does not. */
import type { Project, Service } from "../../../compose/project.ts";
import type { Neighbour } from "../context.ts";
import { isServiceName, label } from "../names.ts";
import { dnsNames, servicesByDnsName } from "./dns_names.ts";

/** One name of another project's service. */
export interface NeighbourName {
  /** As programs call it. */
  readonly host: string;
  /** The Service that answers to it. */
  readonly name: string;
  readonly namespace: string;
  /** The other project's name. */
  readonly project: string;
  readonly service: string;
  /** The Docker network by which it is reached. */
  readonly network: string;
}

/** The name by which every namespace reaches it. */
export function clusterAddress({ name, namespace }: Pick<NeighbourName, "name" | "namespace">): string {
  return `${name}.${namespace}.svc.cluster.local`;
}

/** The Docker name of a project's network by its key in the file. */
export function networkName(project: Project, key: string): string {
  return project.networks[key]?.name ?? `${project.name}_${key}`;
}

/** The Docker names of the networks that a service is on; none with the network of the host or of another container. */
function networksOf(project: Project, service: Service): readonly string[] {
  if (service.network_mode !== undefined) return [];
  const keys = service.networks === undefined ? ["default"] : Object.keys(service.networks);
  return keys.map((key) => networkName(project, key));
}

/** The Docker names of all networks that a project's services are on. */
export function projectNetworks(project: Project): ReadonlySet<string> {
  return new Set(Object.values(project.services).flatMap((service) => networksOf(project, service)));
}

/**
 * Every name that the project's services reach in other projects, by what they call. A name of the project's own comes
 * first; of two other projects that have one, the first in the order of `neighbours`.
 */
export function neighbourNames(
  project: Project,
  neighbours: readonly Neighbour[],
): ReadonlyMap<string, NeighbourName> {
  const shared = projectNetworks(project);
  const own = servicesByDnsName(project);
  const found = new Map<string, NeighbourName>();
  for (const neighbour of neighbours) {
    for (const service of Object.values(neighbour.project.services)) {
      if (neighbour.skipped.has(service.name)) continue;
      for (const name of namesOn(shared, neighbour, service)) {
        if (!own.has(name.host) && !found.has(name.host)) found.set(name.host, name);
      }
    }
  }
  return found;
}

/** What a service is called on networks; an alias counts on its own network alone. */
function namesOn(
  shared: ReadonlySet<string>,
  { project, namespace }: Neighbour,
  service: Service,
): NeighbourName[] {
  const [network] = networksOf(project, service).filter((each) => shared.has(each));
  if (network === undefined) return [];
  return dnsNames(project, service).flatMap(({ name, kind, path }): NeighbourName[] => {
    if (kind === "link") return [];
    const [, , , key] = path;
    if (kind === "alias" && !shared.has(networkName(project, String(key)))) return [];
    const wanted = kind === "service" ? label(name) : name.toLowerCase();
    if (!isServiceName(wanted)) return [];
    return [{
      host: name,
      name: wanted,
      namespace,
      project: project.name,
      service: service.name,
      network: kind === "alias" ? networkName(project, String(key)) : network,
    }];
  });
}
