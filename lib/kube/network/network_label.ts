/** The label of one of Docker's networks, by which projects of one cluster meet on it. */
import { networksByService, type StackNetwork } from "../../stack/reach.ts";
import { labelValue, shortHash } from "../../stack/names.ts";

/** So much is left of a long name before its hash. */
const LONGEST_BEGIN = 54;

/** Docker's name of the network as a key of a label; one that cannot be part of a key has a hash behind it. */
export function networkLabel(name: string): Record<string, string> {
  const plain = labelValue(name);
  const part = plain === name ? name : `${plain.slice(0, LONGEST_BEGIN)}x${shortHash(name)}`;
  return { [`network.compose-ferry/${part}`]: "" };
}

/** On the pods of a service: the networks that other projects have, too. A label that comes later restarts its program. */
export function podNetworkLabels(
  networks: readonly StackNetwork[],
  services: readonly string[],
): Record<string, string> {
  const byService = networksByService(networks);
  const own = new Set(services.flatMap((service) => byService.get(service) ?? []));
  return merged(own.size === 0 ? [] : networks.filter((network) => network.shared && own.has(network)));
}

/** On the namespace: the project's own networks, which others may join by their names. */
export function namespaceNetworkLabels(networks: readonly StackNetwork[]): Record<string, string> {
  return merged(networks.filter(({ shared }) => !shared));
}

function merged(networks: readonly StackNetwork[]): Record<string, string> {
  return Object.assign({}, ...networks.map(({ name }) => networkLabel(name)));
}
