/** How the cluster's Traefik finds hosts: `extra_hosts` of the stack's, the machine, and what of its DNS is not carried. */
import type { Service } from "../../../compose/project.ts";
import {
  fixedAddresses,
  MACHINE_NAMES,
  machineAddresses,
  machineText,
} from "../../stack/network/docker_names.ts";
import { report, type RouteContext } from "./context.ts";

/** The stack's own Traefik; that of another project is not converted here. */
function ownTraefik({ project, routing }: RouteContext): Service | undefined {
  return project.services[routing.traefikService ?? ""];
}

/** Lines for the hosts file of its pods; the name of a container's fixed address is a service's and none of these. */
export function hostAliases(
  context: RouteContext,
): readonly { readonly ip: string; readonly hostnames: readonly string[] }[] {
  const fixed = fixedAddresses(context.project);
  return Object.entries(ownTraefik(context)?.extra_hosts ?? {}).flatMap(([host, addresses]) =>
    addresses.filter((address) => !fixed.has(address)).map((address) => ({
      ip: isMachineAddress(context, address) ? context.machine.address : address,
      hostnames: [host],
    }))
  );
}

/** The address that its `extra_hosts` give a host; `host-gateway` as it is written. */
export function aliasOf(context: RouteContext, host: string): string | undefined {
  return ownTraefik(context)?.extra_hosts?.[host]?.[0];
}

/** Whether a host is the machine: by Docker's names and addresses of it, or by `extra_hosts`. */
export function isMachineHost(context: RouteContext, host: string): boolean {
  const alias = aliasOf(context, host);
  return alias === undefined
    ? MACHINE_NAMES.includes(host) || isMachineAddress(context, host)
    : isMachineAddress(context, alias);
}

function isMachineAddress({ project }: RouteContext, address: string): boolean {
  return address === "host-gateway" || machineAddresses(project).includes(address);
}

/** Asks for the machine's address where nobody decided. @param whose for the message, such as `the service "app@file"` @param besides its end */
export function askForMachine(
  context: RouteContext,
  element: Parameters<typeof report>[3],
  host: string,
  whose: string,
  besides = "",
): void {
  if (context.machine.isDecided) return;
  const hint = "Add to decisions.yaml: hostGateway: ADDRESS of the node";
  report(context, "question", "kube-host-gateway", element, machineText(host, whose) + besides, hint);
}

/** Domains in which its DNS looks, besides the cluster's. */
export function ownSearches(context: RouteContext): readonly string[] {
  return ownTraefik(context)?.dns_search ?? [];
}

/** Servers of its own would not know the cluster's names, by which it calls middlewares and authorities. */
export function reportNameServers(context: RouteContext): void {
  const { dns = [], name = "" } = ownTraefik(context) ?? {};
  if (dns.length === 0) return;
  const span = context.project.span(["services", name, "dns"]);
  report(
    context,
    "warning",
    "kube-not-carried",
    span === undefined ? {} : { span },
    `"dns" of service "${name}" is not carried: the cluster's Traefik asks the cluster's DNS server, which passes on to ` +
      "those of the node",
    `Let the node ask ${dns.join(", ")}, where other servers do not know the names that Traefik calls`,
  );
}
