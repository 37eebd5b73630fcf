/** Who reaches whom in Docker: services that share a network, and whose networks have a way out. */
import type { Project, Service } from "../../compose/project.ts";
import type { Routing } from "../traefik/routing.ts";
import { oncePer } from "../values/once_per.ts";
import { type Context, isSkipped } from "./context.ts";
import { podGroups } from "./pod_groups.ts";
import { networkName } from "./network/neighbours.ts";

/** Docker's own network for containers of `network_mode: bridge`, which all projects share. */
const BRIDGE = "bridge";

/** One of Docker's networks, as far as a project is on it. */
export interface StackNetwork {
  /** Its key in the file. */
  readonly key: string;
  /** Docker's name of it, by which other projects join it. */
  readonly name: string;
  /** Its containers have no way out of it, and nobody has one in. */
  readonly internal: boolean;
  /** It is another project's, or nobody's. */
  readonly external: boolean;
  /** Whether its name is not made of the project's, so that any project may have it. */
  readonly shared: boolean;
  /** Whether Traefik is on it, or may be. */
  readonly hasTraefik: boolean;
  /** Services in the order of the file, those included that have the network of another. */
  readonly services: readonly string[];
}

/** The networks of the services that are moved. */
export interface Reach {
  /** Whether the cluster keeps services apart that share none. */
  readonly isolated: boolean;
  readonly networks: readonly StackNetwork[];
  /** Services with the machine's network. */
  readonly onHost: readonly string[];
  /** Services with no network at all. */
  readonly alone: readonly string[];
}

/** Looks at every service that becomes a pod. Those in one pod have the networks of all of them. */
export function reachOf(context: Context): Reach {
  const { project, decisions, routing } = context;
  const { hostOf } = podGroups(project);
  const isMoved = (name: string): boolean => !isSkipped(decisions, name) && name !== routing.traefikService;
  const moved = Object.values(project.services).filter(({ name }) => isMoved(name) && isMoved(hostOf(name)));
  const inPod = Map.groupBy(moved, ({ name }) => hostOf(name));
  const ofPod = (name: string): readonly Service[] => inPod.get(hostOf(name)) ?? [];
  const onHost = names(moved, (name) => ofPod(name).some(({ network_mode: mode }) => mode === "host"));
  const isOnHost = new Set(onHost);
  const alone = names(
    moved,
    (name) => !isOnHost.has(name) && ofPod(name).every((one) => isAlone(one, project)),
  );
  const inNetworks = moved.filter(({ name }) => !isOnHost.has(name)).flatMap(({ name }) =>
    [...new Set(ofPod(name).flatMap((one) => networksOf(project, one)))].map((key) => ({ name, key }))
  );
  const byKey = Map.groupBy(inNetworks, ({ key }) => key);
  const keys = [...new Set(moved.flatMap((service) => networksOf(project, service)))];
  const traefik = networksOfTraefik(project, routing);
  const networks = keys.map((key) => {
    const network = describe(project, key);
    const services = (byKey.get(key) ?? []).map(({ name }) => name);
    const hasTraefik = traefik === undefined
      ? network.shared
      : traefik === "all" || traefik.has(network.name);
    return { ...network, hasTraefik, services };
  });
  return {
    isolated: decisions.networkPolicies ?? context.movedWithoutPolicies !== true,
    networks: networks.filter(({ services }) => services.length > 0),
    onHost,
    alone,
  };
}

function names(services: readonly Service[], wanted: (name: string) => boolean): readonly string[] {
  return services.map(({ name }) => name).filter(wanted);
}

/** Keys of the networks of a service; of Docker's own bridge its name. */
function networksOf(project: Project, service: Service): readonly string[] {
  const mode = service.network_mode;
  if (mode === "host" || mode === "none") return [];
  if (mode === "bridge" || mode === "default") return [BRIDGE];
  // Whose container is not of the stack has a pod of its own, which somebody may call.
  if (mode !== undefined) return isOfStack(project, service) ? [] : ["default"];
  const keys = Object.keys(service.networks ?? {});
  return keys.length === 0 ? ["default"] : keys;
}

function isOfStack(project: Project, service: Service): boolean {
  const groups = podGroups(project);
  return groups.hostOf(service.name) !== service.name || groups.members.has(service.name);
}

function isAlone(service: Service, project: Project): boolean {
  return service.network_mode !== "host" && networksOf(project, service).length === 0;
}

function describe(project: Project, key: string): Omit<StackNetwork, "hasTraefik" | "services"> {
  const network = project.networks[key];
  const name = key === BRIDGE && network === undefined ? BRIDGE : networkName(project, key);
  const external = network?.external === true || name === BRIDGE;
  return {
    key,
    name,
    internal: network?.internal === true,
    external,
    shared: external || name !== `${project.name}_${key}`,
  };
}

/** By Docker's names; `all` with the machine's network, which reaches every other; undefined where nobody knows. */
function networksOfTraefik(project: Project, routing: Routing): ReadonlySet<string> | "all" | undefined {
  const [owner, name] = routing.traefikService === undefined
    ? [routing.elsewhere?.project, routing.elsewhere?.service]
    : [project, routing.traefikService];
  const service = owner?.services[name ?? ""];
  if (owner === undefined || service === undefined) return undefined;
  const host = owner.services[podGroups(owner).hostOf(service.name)] ?? service;
  if (host.network_mode === "host") return "all";
  return new Set(networksOf(owner, host).map((key) => describe(owner, key).name));
}

/** Whether a service has no network but internal ones, and so no way out. */
export function isShutIn({ networks, onHost, alone }: Reach, service: string): boolean {
  if (namesIn(onHost).has(service)) return false;
  if (namesIn(alone).has(service)) return true;
  const own = networksByService(networks).get(service) ?? [];
  return own.length > 0 && own.every(({ internal }) => internal);
}

/** A list of names to look them up in. */
export const namesIn = oncePer((list: readonly string[]): ReadonlySet<string> => new Set(list));

/** The networks of each service, in their order. */
export const networksByService = oncePer(
  (networks: readonly StackNetwork[]): ReadonlyMap<string, readonly StackNetwork[]> => {
    const found = new Map<string, StackNetwork[]>();
    for (const network of networks) {
      for (const service of network.services) {
        const own = found.get(service) ?? [];
        own.push(network);
        found.set(service, own);
      }
    }
    return found;
  },
);

/** Whether two services share a network; one with the machine's network reaches every other that is on one. */
export function meets({ networks, onHost }: Reach, from: string, to: string): boolean {
  if (from === to) return false;
  const byService = networksByService(networks);
  const there = byService.get(to) ?? [];
  if (namesIn(onHost).has(from)) return there.length > 0;
  return (byService.get(from) ?? []).some((network) => there.includes(network));
}

/** The services that a service reaches on networks, itself left out. */
export function reachedBy(reach: Reach, service: string): readonly string[] {
  const { networks, onHost } = reach;
  const shared = namesIn(onHost).has(service) ? networks : networksByService(networks).get(service) ?? [];
  return [...new Set(shared.flatMap(({ services }) => services))].filter((other) => other !== service);
}
