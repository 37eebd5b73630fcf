/**
 * Services with an address of their own in the local network, by a network with the driver macvlan or ipvlan: whoever
 * calls that address gets every port of the container, published or not. No pod has such an address.
 */
import type { Project } from "../../compose/project.ts";
import { at, type Context, isSkipped } from "../stack/context.ts";
import { givesLanAddresses } from "../stack/network/lan_networks.ts";

/** A warning for each service that is moved and the network by which others reached it. */
export function checkLanAddresses(context: Context): void {
  const { project, decisions, routing } = context;
  for (const { name, networks } of Object.values(project.services)) {
    if (isSkipped(decisions, name) || name === routing.traefikService) continue;
    for (const [key, settings] of Object.entries(networks ?? {})) {
      const network = project.networks[key];
      if (network === undefined || !givesLanAddresses(network)) continue;
      const address = settings?.ipv4_address ?? settings?.ipv6_address;
      context.report({
        code: "kube-lan-address",
        severity: "warning",
        message: `Service "${name}" has an address of its own in the local network, ` +
          `${
            address === undefined ? "" : `"${address}", `
          }by network "${key}" (${network.driver}): nobody reaches its ` +
          "pod there",
        ...placeOf(project, name, key),
        hint:
          "Publish the ports that others use (ports in the compose file) and give them the node's address, or give the " +
          "service the node's network (network_mode: host)",
      });
    }
  }
}

/** The fixed address, else where the network is named. */
function placeOf(project: Project, service: string, network: string): ReturnType<typeof at> {
  const isFixed = project.services[service]?.networks?.[network]?.ipv4_address !== undefined;
  return at(project, ["services", service, "networks", network, ...(isFixed ? ["ipv4_address"] : [])]);
}
