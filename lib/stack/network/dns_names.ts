/** The names by which one container finds another in compose. */
import type { Path, Project, Service } from "../../../compose/project.ts";
import { isServiceName, serviceLabel } from "../names.ts";
import { addressesOf, dockerNames } from "./docker_names.ts";

/** One name of a service, and the place that gives it. */
export interface DnsName {
  readonly name: string;
  readonly kind: "service" | "container_name" | "alias" | "hostname" | "link";
  readonly path: Path;
}

/**
 * Every name of a service: its own, `container_name`, network aliases, `hostname`, and what other services call
 * it in `links`, or its fixed address in `extra_hosts`. Each name once, the first that gives it.
 */
export function dnsNames(project: Project, service: Service): readonly DnsName[] {
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
  if (service.hostname !== undefined) {
    names.push({ name: service.hostname, kind: "hostname", path: [...root, "hostname"] });
  }
  for (const other of Object.values(project.services)) {
    for (const [index, link] of (other.links ?? []).entries()) {
      const [target, alias] = link.split(":");
      if (target === service.name && alias !== undefined) {
        names.push({ name: alias, kind: "link", path: ["services", other.name, "links", index] });
      }
    }
  }
  const addresses = new Set(addressesOf(service));
  for (const other of addresses.size === 0 ? [] : Object.values(project.services)) {
    for (const [host, at] of Object.entries(other.extra_hosts ?? {})) {
      if (!at.some((address) => addresses.has(address))) continue;
      names.push({ name: host, kind: "link", path: ["services", other.name, "extra_hosts", host] });
    }
  }
  const seen = new Set<string>();
  return names.filter(({ name }) => name !== "" && !seen.has(name) && seen.add(name));
}

/**
 * Which service answers to a name, in compose or in the cluster; where several share an alias, the first in the order of
 * their names.
 */
export function servicesByDnsName(project: Project): ReadonlyMap<string, string> {
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
}

/** Whether a name of a service answers in the cluster: one that compose gives it, and that a Service can have. */
export function hasService(project: Project, service: string, name: string): boolean {
  const found = project.services[service];
  if (found === undefined || !isServiceName(name.toLowerCase())) return false;
  return name === serviceLabel(service) || dnsNames(project, found).some((own) => own.name === name);
}
