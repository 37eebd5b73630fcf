/** What leads to a container, or to the machine, in Docker's networks alone: names of Docker's making, and addresses. */
import type { Project, Service } from "../../../compose/project.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { oncePer } from "../../values/once_per.ts";

/** The address that Docker's bridge has where nobody chose another one. */
const BRIDGE = "172.17.0.1";

/** Names that Docker and its relatives give the machine. */
export const MACHINE_NAMES: readonly string[] = [
  "gateway.docker.internal",
  "host.containers.internal",
  "host.docker.internal",
];

/** The machine as its pods reach it: as decided, else by Docker's own address of it, which stays as long as Docker. */
export function machineAddress({ hostGateway }: Pick<Decisions, "hostGateway">): string {
  return hostGateway ?? BRIDGE;
}

/** What is asked about one of its names or addresses, where nobody decided. */
export function machineText(host: string, whose: string): string {
  return host === BRIDGE
    ? `"${host}" of ${whose} is the machine by Docker's own address, which ends with Docker`
    : `"${host}" of ${whose} is the machine; until decided its address is ${BRIDGE}, which ends with Docker`;
}

/** Addresses that the machine has in Docker's networks, as far as the files say. */
export const machineAddresses = oncePer((project: Project): readonly string[] => {
  const gateways = Object.values(project.networks).flatMap((network) => {
    const ipam = network?.ipam as { config?: readonly { gateway?: string }[] } | null | undefined;
    return ipam?.config?.flatMap(({ gateway }) => gateway ?? []) ?? [];
  });
  return [...new Set([BRIDGE, ...gateways])];
});

/**
 * How a service is found besides by its own names: by the names that compose gives containers (`shop-db-1`), by a name
 * with the network behind it (`db.shop_default`), and by the addresses that the files fix.
 */
export function dockerNames(project: Project, service: Service, own: readonly string[]): readonly string[] {
  const generated = service.container_name !== undefined ? [] : containerNames(project, service);
  const attached = Object.entries(service.networks ?? { default: null });
  const behind = attached.flatMap(([network]) => {
    const real = project.networks[network]?.name ?? `${project.name}_${network}`;
    return [...own, ...generated].map((name) => `${name}.${real}`);
  });
  return [...generated, ...behind, ...addressesOf(service)];
}

/** Which service compose gives each address to, in the stack's own networks. */
export const fixedAddresses = oncePer((project: Project): ReadonlyMap<string, string> =>
  new Map(
    Object.values(project.services).flatMap((service) =>
      addressesOf(service).map((address) => [address, service.name])
    ),
  )
);

/** The addresses that compose gives a service. */
export function addressesOf({ networks }: Service): readonly string[] {
  return Object.values(networks ?? {}).flatMap((settings) =>
    [settings?.ipv4_address, settings?.ipv6_address].flatMap((address) => address ?? [])
  );
}

/** What its containers are called: as it is given, else as compose makes it, of today and of version 1. */
export function containerNames(project: Project, service: Service): readonly string[] {
  if (service.container_name !== undefined) return [service.container_name];
  const count = Math.max(1, service.scale ?? service.deploy?.replicas ?? 1);
  const numbers = Array.from({ length: Math.min(count, MOST_NUMBERS) }, (_, index) => index + 1);
  return numbers.flatMap((number) => [
    `${project.name}-${service.name}-${number}`,
    `${project.name}_${service.name}_${number}`,
  ]);
}

/** More containers of one service are not called by their number. */
const MOST_NUMBERS = 16;

/** Whether a host is an address and no name. */
export function isAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(":");
}
