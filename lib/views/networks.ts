/** Who reaches whom, arranged to be read: by network, and by service. */
import { isShutIn, type Reach, reachedBy } from "../stack/reach.ts";
import type { StackFacts } from "../stack/facts.ts";
import { isLoopback } from "../stack/network/host_address.ts";
import { portRanges } from "../kube/policies/parts.ts";

/** One network, and who is on it. */
export interface NetworkView {
  readonly name: string;
  readonly internal: boolean;
  readonly external: boolean;
  readonly services: readonly string[];
  readonly traefik: boolean;
}

/** What one service reaches, and who reaches it besides. */
export interface ReachView {
  readonly service: string;
  readonly networks: readonly string[];
  readonly reaches: readonly string[];
  /** Its ports that are open to all, such as `8080` and `7000-7002/udp`. */
  readonly open: readonly string[];
  /** Whether it reaches what is outside. */
  readonly wayOut: boolean;
}

export interface NetworksView {
  /** Whether policies hold services apart that share no network. */
  readonly policies: boolean;
  readonly networks: readonly NetworkView[];
  readonly services: readonly ReachView[];
}

/** As it is in Docker; where there are no policies, all reach all in the cluster. */
export function networksView({ reach, published }: Pick<StackFacts, "reach" | "published">): NetworksView {
  const { isolated, networks, onHost, alone } = reach;
  const all = [...new Set([...networks.flatMap(({ services }) => services), ...onHost, ...alone])];
  const open = [...published.loadBalancers, ...[...published.hostPorts.values()].flat()]
    .filter(({ hostIp }) => !isLoopback(hostIp));
  return {
    policies: isolated,
    networks: networks.map(({ key, internal, external, services, hasTraefik }) => ({
      name: key,
      internal,
      external,
      services,
      traefik: hasTraefik,
    })),
    services: all.map((service) => ({
      service,
      networks: networks.filter(({ services }) => services.includes(service)).map(({ key }) => key),
      reaches: reachesIn(reach, service, all),
      open: portRanges(open.filter((port) => port.service === service)).map(rangeText),
      wayOut: !isolated || !isShutIn(reach, service),
    })),
  };
}

function reachesIn(reach: Reach, service: string, all: readonly string[]): readonly string[] {
  return reach.isolated ? reachedBy(reach, service) : all.filter((other) => other !== service);
}

function rangeText({ port, endPort, protocol }: Readonly<Record<string, unknown>>): string {
  const numbers = endPort === undefined ? `${port}` : `${port}-${endPort}`;
  return protocol === "TCP" ? numbers : `${numbers}/${String(protocol).toLowerCase()}`;
}
