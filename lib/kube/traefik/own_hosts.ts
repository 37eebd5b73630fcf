/** How the cluster's Traefik finds hosts: `extra_hosts` of the stack's, the machine, and what of its DNS is not carried. */
import type { Service } from "../../../compose/project.ts";
import {
  fixedAddresses,
  MACHINE_NAMES,
  machineAddresses,
  machineText,
} from "../../stack/network/docker_names.ts";
import { byAddress, type HostAlias, isHostName, plainHostName } from "../host_aliases.ts";
import { isLoopback } from "../../stack/network/host_address.ts";
import { report, type RouteContext } from "./context.ts";

/** The stack's own Traefik; that of another project is not converted here. */
function ownTraefik({ project, routing }: RouteContext): Service | undefined {
  return project.services[routing.traefikService ?? ""];
}

/**
 * Lines for the hosts file of its pods. The name of a container's fixed address is a service's and none of these, and what
 * led to loopback is replaced where it is called. The machine is asked for where nobody decided.
 */
export function hostAliases(context: RouteContext): readonly HostAlias[] {
  const fixed = fixedAddresses(context.project);
  const service = ownTraefik(context);
  const lines = Object.entries(service?.extra_hosts ?? {}).flatMap(([written, addresses]) => {
    const span = context.project.span(["services", service?.name ?? "", "extra_hosts", written]);
    const place = span === undefined ? {} : { span };
    const kept = addresses.filter((address) => !fixed.has(address) && !isLoopback(address));
    const host = plainHostName(written);
    if (kept.length > 0 && !isHostName(host)) {
      reportHostName(context, place, host);
      return [];
    }
    return kept.map((address) => {
      if (!isMachineAddress(context, address)) return { ip: address, hostnames: [host] };
      askForMachine(context, place, host, "Traefik");
      return { ip: context.machine.address, hostnames: [host] };
    });
  });
  return byAddress(lines);
}

function reportHostName(
  context: RouteContext,
  place: Parameters<typeof report>[3],
  host: string,
): void {
  report(
    context,
    "warning",
    "kube-hostname",
    place,
    `"${host}" of Traefik's "extra_hosts" cannot be in the hosts file of its pods`,
    "Use letters, digits, hyphens and dots, there and where it is called",
  );
}

/** The address that its `extra_hosts` give a host; `host-gateway` as it is written. */
export function aliasOf(context: RouteContext, host: string): string | undefined {
  const wanted = plainHostName(host);
  const [, addresses] = Object.entries(ownTraefik(context)?.extra_hosts ?? {})
    .find(([written]) => plainHostName(written) === wanted) ?? [];
  return addresses?.[0];
}

/** The loopback address that `extra_hosts` give a host; else the host itself. */
export function loopbackOf(context: RouteContext, host: string): string {
  const alias = aliasOf(context, host);
  return alias !== undefined && isLoopback(alias) ? alias : host;
}

/** Whether a host is the machine: by Docker's names and addresses of it, or by `extra_hosts`. */
export function isMachineHost(context: RouteContext, host: string): boolean {
  const alias = aliasOf(context, host);
  return alias === undefined
    ? MACHINE_NAMES.includes(plainHostName(host)) || isMachineAddress(context, host)
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
  return (ownTraefik(context)?.dns_search ?? []).filter((domain) => domain !== ".");
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
