/** The project as its pods can have it: images that compose names itself, and hosts that Services can be called. */
import type { Project, Service } from "../../compose/project.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import { isSkipped } from "./context.ts";
import { isServiceName, serviceLabel } from "./names.ts";
import { hasService, isKeptName, servicesByDnsName } from "./network/dns_names.ts";
import { machineAddress, machineAddresses } from "./network/docker_names.ts";
import { mentionsInValue } from "./network/host_mentions.ts";
import { contentsInCluster } from "./contents_in_cluster.ts";
import { isSearched, ndotsOf } from "./ndots.ts";
import { replaceHost } from "./replace_host.ts";
import { type GivenName, hostReplaced } from "./replaced_hosts.ts";

/**
 * Gives each service that is built and names no image the name that compose gives it, and replaces hosts that no
 * Service is called (`shop_db`, `shop-db-1`, `db.shop_default`, a fixed address) in variables and arguments by the
 * service's name in the cluster, in what compose's own `configs` and `secrets` hold as well, and the machine's addresses
 * in Docker's networks by the one that holds. What it replaces is a remark.
 */
export function asInCluster(
  project: Project,
  decisions: Decisions,
): { project: Project; findings: readonly Diagnostic[] } {
  const hosts = replacedHosts(project, decisions);
  const ndots = ndotsOf(project);
  const names = new Map<string, string>();
  const places = new Map<string, GivenName[]>();
  const used = new Set<ReadonlyMap<string, string>>();
  const services = Object.values(project.services).map((service) => {
    const named = service.image !== undefined || service.build === undefined
      ? service
      : { ...service, image: `${project.name}-${service.name}` };
    const odd = hosts(ndots(service));
    used.add(odd);
    return [service.name, odd.size === 0 ? named : withHosts(project, named, odd, places)] as const;
  });
  for (const [host, name] of [...used].flatMap((odd) => [...odd])) names.set(host, name);
  const contents = contentsInCluster(project, hosts);
  return {
    project: { ...contents.project, services: Object.fromEntries(services) },
    findings: [
      ...[...places].map(([host, uses]) => hostReplaced(host, names.get(host) ?? "", uses)),
      ...contents.findings,
    ],
  };
}

/**
 * Hosts that are no names in the cluster, and what takes the place of each, by the `ndots` of who calls. A name with dots
 * is one of a service that is moved, where its pod asks for it below the namespace's domain first; of a Traefik always, as
 * the cluster's takes its place.
 */
export function replacedHosts(
  project: Project,
  decisions: Decisions,
): (ndots: number) => ReadonlyMap<string, string> {
  const machine = machineAddress(decisions);
  const traefik = findTraefik(project)?.service;
  const odd = [...servicesByDnsName(project)]
    .filter(([host, service]) => !hasService(project, service, host) && isServiceName(serviceLabel(service)))
    .map(([host, service]) => ({
      host,
      name: serviceLabel(service),
      kept: !isKeptName(project, service, host)
        ? "never"
        : service === traefik
        ? "always"
        : isSkipped(decisions, service)
        ? "never"
        : "searched",
    }));
  const machines = machineAddresses(project).filter((address) => address !== machine)
    .map((address) => [address, machine] as const);
  const known = new Map<number, ReadonlyMap<string, string>>();
  return (ndots) => {
    const hosts = known.get(ndots) ?? new Map([
      ...odd.filter(({ host, kept }) => kept === "never" || kept === "searched" && !isSearched(host, ndots))
        .map(({ host, name }) => [host, name] as const),
      ...machines,
    ]);
    known.set(ndots, hosts);
    return hosts;
  };
}

/** Its pod has that name in its hosts file; in a public address of its own another would be wrong. */
export function isOwnHostname({ hostname, domainname }: Service, host: string): boolean {
  if (hostname === undefined) return false;
  return host === hostname || (domainname !== undefined && host === `${hostname}.${domainname}`);
}

function withHosts(
  project: Project,
  service: Service,
  odd: ReadonlyMap<string, string>,
  places: Map<string, GivenName[]>,
): Service {
  const rewrite = (text: string, key: string | undefined, ...path: (string | number)[]): string => {
    const named = [...text.matchAll(/(?:^|[\s;])(?:host|hostname|server)=([\w.-]+)/gi)].map(([, host = ""]) =>
      host
    );
    const mentioned = mentionsInValue(text, odd, key).map(({ host }) => host);
    const hosts = [...new Set([...mentioned, ...named.filter((host) => odd.has(host))])]
      .filter((host) => !isOwnHostname(service, host));
    let changed = text;
    for (const host of hosts) {
      changed = replaceHost(changed, host, odd.get(host) ?? host);
      const span = project.span(["services", service.name, ...path]);
      const own = places.get(host) ?? [];
      own.push({ whom: `service "${service.name}"`, span });
      places.set(host, own);
    }
    return changed;
  };
  const words = (key: "command" | "entrypoint"): Partial<Service> => {
    const list = service[key];
    if (!Array.isArray(list)) return {};
    return {
      [key]: list.map((word: string, index) => {
        const option = /^--?([\w.-]+)=/.exec(word);
        const head = option?.[0] ?? "";
        return `${head}${rewrite(word.slice(head.length), option?.[1], key, index)}`;
      }),
    };
  };
  const { environment } = service;
  return {
    ...service,
    ...(environment === undefined ? {} : {
      environment: Object.fromEntries(
        Object.entries(environment).map(([key, value]) =>
          [key, value === null ? null : rewrite(value, key, "environment", key)] as const
        ),
      ),
    }),
    ...words("command"),
    ...words("entrypoint"),
  };
}
