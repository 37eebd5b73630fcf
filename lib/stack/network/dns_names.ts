/** The names by which one container finds another in compose. */
import type { Path, Project, Service } from "../../../compose/project.ts";
import { oncePer, oncePerPair } from "../../values/once_per.ts";
import { isQuestion, isServiceName, serviceLabel } from "../names.ts";
import { addressesOf, dockerNames } from "./docker_names.ts";

/** One name of a service, and the place that gives it. */
export interface DnsName {
  readonly name: string;
  readonly kind: "service" | "container_name" | "alias" | "hostname" | "link";
  readonly path: Path;
}

/**
 * Every name of a service: its own, `container_name`, network aliases, `hostname` (which Docker answers from version 25
 * on, by buildEndpointDNSNames of its daemon), and what other services call it in `links`, or its fixed address in
 * `extra_hosts`. Each name once, the first that gives it. A `hostname` under which a proxy of the stack serves people is
 * none: what calls it means the proxy, with its certificate.
 */
export const dnsNames = oncePerPair((project: Project, service: Service): readonly DnsName[] => {
  const root: Path = ["services", service.name];
  const names: DnsName[] = [{ name: service.name, kind: "service", path: root }];
  if (service.container_name !== undefined) {
    names.push({ name: service.container_name, kind: "container_name", path: [...root, "container_name"] });
  }
  for (const [network, settings] of Object.entries(service.networks ?? {})) {
    for (const [index, alias] of (settings?.aliases ?? []).entries()) {
      names.push({ name: alias, kind: "alias", path: [...root, "networks", network, "aliases", index] });
    }
  }
  if (service.hostname !== undefined && !isProxied(project, service.hostname)) {
    names.push({ name: service.hostname, kind: "hostname", path: [...root, "hostname"] });
  }
  names.push(...linksTo(project).get(service.name) ?? []);
  const addresses = new Set(addressesOf(service));
  for (const { name, at, path } of addresses.size === 0 ? [] : extraHosts(project)) {
    if (at.some((address) => addresses.has(address))) names.push({ name, kind: "link", path });
  }
  const seen = new Set<string>();
  return names.filter(({ name }) => name !== "" && !seen.has(name) && seen.add(name));
});

/** What other services call a service in `links`, by that service. */
const linksTo = oncePer(({ services }: Project): ReadonlyMap<string, readonly DnsName[]> => {
  const found = new Map<string, DnsName[]>();
  for (const { name: from, links = [] } of Object.values(services)) {
    for (const [index, link] of links.entries()) {
      const [target = "", name] = link.split(":");
      if (name === undefined) continue;
      const names = found.get(target) ?? [];
      names.push({ name, kind: "link", path: ["services", from, "links", index] });
      found.set(target, names);
    }
  }
  return found;
});

/** All entries of `extra_hosts`. */
const extraHosts = oncePer(({ services }: Project) =>
  Object.values(services).flatMap(({ name: from, extra_hosts: hosts }) =>
    Object.entries(hosts ?? {}).map(([name, at]) => ({
      name,
      at,
      path: ["services", from, "extra_hosts", name] satisfies Path,
    }))
  )
);

/** Whether a name with dots stands in a label of the stack, as in a rule of Traefik's, or is nginx-proxy's. */
function isProxied(project: Project, name: string): boolean {
  return name.includes(".") && labelWords(project).has(name.toLowerCase());
}

/** The words of all labels, in lower case. */
const labelWords = oncePer(({ services }: Project): ReadonlySet<string> =>
  new Set(
    Object.values(services).flatMap(({ labels, environment }) =>
      [...Object.values(labels ?? {}), environment?.["VIRTUAL_HOST"] ?? ""]
        .flatMap((text) => text.toLowerCase().split(/[^\w.-]+/))
    ),
  )
);

/**
 * Which service answers to a name, in compose or in the cluster; where several share an alias, the first in the order of
 * their names.
 */
export const servicesByDnsName = oncePer((project: Project): ReadonlyMap<string, string> => {
  const owners = new Map<string, string>();
  const services = Object.values(project.services);
  for (const service of services) owners.set(service.name, service.name);
  for (const service of services) {
    for (const { name } of dnsNames(project, service)) {
      if (!owners.has(name)) owners.set(name, service.name);
    }
  }
  for (const { name } of services) {
    if (!owners.has(serviceLabel(name))) owners.set(serviceLabel(name), name);
  }
  for (const service of services) {
    const own = dnsNames(project, service).map(({ name }) => name);
    for (const name of dockerNames(project, service, own)) {
      if (!owners.has(name)) owners.set(name, service.name);
    }
  }
  return owners;
});

/** Whether a name of a service answers in the cluster: one that compose gives it, and that a Service can have. */
export function hasService(project: Project, service: string, name: string): boolean {
  const found = project.services[service];
  if (found === undefined || !isServiceName(name.toLowerCase())) return false;
  return name === serviceLabel(service) || dnsNames(project, found).some((own) => own.name === name);
}

/**
 * Whether the cluster's DNS answers to it as it is written, and texts keep it: a name with dots that a file gives, which
 * a certificate may bear. A service's own name has none in the cluster.
 */
export function isKeptName(project: Project, service: string, name: string): boolean {
  const found = project.services[service];
  return found !== undefined && name.includes(".") && isQuestion(name.toLowerCase()) &&
    dnsNames(project, found).some((own) => own.name === name && own.kind !== "service");
}
