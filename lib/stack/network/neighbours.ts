/** Names of other projects' services on networks that both projects have: Docker resolves them, a namespace does not. */
import type { Path, Project, Service } from "../../../compose/project.ts";
import { oncePer } from "../../values/once_per.ts";
import type { Neighbour } from "../context.ts";
import { isQuestion, isServiceName, serviceLabel } from "../names.ts";
import { dnsNames, servicesByDnsName } from "./dns_names.ts";
import { containerNames } from "./docker_names.ts";

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
export function networksOf(project: Project, service: Service): readonly string[] {
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
  const found = new Map(
    externalLinks(project, neighbours).flatMap(({ found }) =>
      found === undefined ? [] : [[found.host, found]]
    ),
  );
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

/** A name to which services of several projects answer on one network: Docker's DNS takes one of them by chance. */
export interface AmbiguousName {
  readonly host: string;
  /** A service of the project itself is one of them, to which the name leads in the cluster; else to the first. */
  readonly isOwn: boolean;
  readonly answers: readonly NeighbourName[];
}

/** The names of which a service of the project may mean several, on the networks that it is on. */
export function ambiguousNames(
  project: Project,
  service: Service,
  neighbours: readonly Neighbour[],
): readonly AmbiguousName[] {
  if (neighbours.length === 0) return [];
  const networks = new Set(networksOf(project, service));
  const byNetwork = namesByNetwork(project);
  const isOwn = (host: string): boolean =>
    [...networks].some((network) => byNetwork.get(network)?.has(host) === true);
  const answers = neighbours.flatMap((neighbour) =>
    Object.values(neighbour.project.services).filter(({ name }) => !neighbour.skipped.has(name))
      .flatMap((one) => namesOn(networks, neighbour, one))
  );
  return [...Map.groupBy(answers, ({ host }) => host)].flatMap(([host, all]): AmbiguousName[] => {
    const count = new Set(all.map(({ namespace }) => namespace)).size;
    return isOwn(host) || count > 1 ? [{ host, isOwn: isOwn(host), answers: all }] : [];
  });
}

/** What the project's own services are called, by the Docker name of a network that they are on. */
const namesByNetwork = oncePer((project: Project): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  for (const service of Object.values(project.services)) {
    for (const network of networksOf(project, service)) {
      const names = found.get(network) ?? new Set();
      for (const { name } of dnsNames(project, service)) names.add(name);
      found.set(network, names);
    }
  }
  return found;
});

/** One `external_links`, and whom it means where that is a container of a project that is known. */
export interface ExternalLink {
  readonly path: Path;
  readonly container: string;
  readonly alias: string;
  readonly found?: NeighbourName;
}

/** What services call containers of other projects. */
export function externalLinks(project: Project, neighbours: readonly Neighbour[]): readonly ExternalLink[] {
  return Object.values(project.services).flatMap(({ name, external_links: links = [] }) =>
    links.map((link, index): ExternalLink => {
      const [container = "", alias = container] = link.split(":");
      const found = ofContainer(container, alias, neighbours);
      const path = ["services", name, "external_links", index];
      return { path, container, alias, ...(found === undefined ? {} : { found }) };
    })
  );
}

function ofContainer(
  container: string,
  alias: string,
  neighbours: readonly Neighbour[],
): NeighbourName | undefined {
  for (const { project, namespace, skipped } of neighbours) {
    const service = Object.values(project.services).find((each) =>
      !skipped.has(each.name) && containerNames(project, each).includes(container)
    );
    if (service === undefined) continue;
    const [network = ""] = networksOf(project, service);
    const name = serviceLabel(service.name);
    return { host: alias, name, namespace, project: project.name, service: service.name, network };
  }
  return undefined;
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
    const plain = kind === "service" ? serviceLabel(name) : name.toLowerCase();
    if (!isServiceName(plain) && (kind === "hostname" || !isQuestion(plain))) return [];
    // What no Service can be called leads to the one of the service itself.
    const wanted = isServiceName(plain) ? plain : serviceLabel(service.name);
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
