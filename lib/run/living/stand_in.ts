/**
 * What stands in an engine for a service that has moved to the cluster: a container with its names in its networks and
 * with its labels for Traefik, at its ports of the machine, which passes on every connection to the cluster's address.
 * Whoever was left behind calls it as before, and so does the world until the front moves. No I/O.
 */
import { exposedPorts } from "../../docker/exposed_ports.ts";
import type { ForwarderImage } from "../../docker/forwarder_image.ts";
import type { HelperContainer } from "../../docker/helper_containers.ts";
import { field, fields, items, record } from "../../values/json.ts";
import { carriedPorts, heldPorts, type MayPublish } from "./carried_ports.ts";
import { type ForwardedPort, forwarding, type Way } from "./forwarding.ts";
import { takingOver } from "./taking_over.ts";
import { traefikLabels } from "./traefik_labels.ts";

/** Where the cluster serves it. */
export interface ClusterAddress {
  /** The Service's own address. */
  readonly address: string;
  readonly ports: readonly ForwardedPort[];
}

/** By which stand-ins are found. No label of compose, so that `docker compose` leaves them alone. */
export const STAND_IN_LABELS = {
  project: "compose-ferry/project",
  service: "compose-ferry/stands-in-for",
} as const;

/** Networks of which a container cannot have another besides. */
const ALONE = new Set(["host", "none"]);

/** The engine's own network, in which nobody has a name, and nobody may be given one. */
export const NAMELESS = "bridge";

/** What is known of a service that has moved. */
export interface Original {
  readonly project: string;
  readonly service: string;
  /** What the engine answers of its stopped containers (Engine API, "ContainerInspect"). */
  readonly containers: readonly unknown[];
  /** Networks in which it is not to appear: those by which its start is prevented. */
  readonly without: readonly string[];
  /** Which ports of the machine it may take over. */
  readonly mayPublish: MayPublish;
  /** Its containers serve until it does: it is called when it answers, and not before. */
  readonly isBeside?: boolean;
}

/** Undefined where it has no network in which anybody could call it by name, no label for Traefik and no port. */
export function standInOf(
  { project, service, containers, without, mayPublish, isBeside = false }: Original,
  { address, ports }: ClusterAddress,
  { image, exposed }: ForwarderImage,
): HelperContainer | undefined {
  const networks = namesIn(service, containers, without);
  const own = [...new Set(containers.flatMap(exposedPorts))].sort();
  const labels = traefikLabels({
    project,
    service,
    labels: record(field(field(containers[0], "Config"), "Labels")) ?? {},
    port: lowestTcp(own),
  });
  const published = carriedPorts(heldPorts(containers, mayPublish), ports);
  // Where it has no name, Traefik alone may know it, and who calls the machine.
  const isMissed = Object.keys(networks).some((network) => network !== NAMELESS) ||
    NAMELESS in networks && (Object.keys(labels).length > 0 || published.length > 0);
  if (!isMissed) return undefined;
  const ways = [...ports.map((way) => ({ ...way, to: way.port })), ...borrowed(own, ports, exposed)];
  return {
    name: `${project}-${service}-in-kubernetes`,
    image,
    ...forwarding(address, ways, { saysWhenReady: isBeside }),
    labels: {
      ...(isBeside ? takingOver(labels) : labels),
      [STAND_IN_LABELS.project]: project,
      [STAND_IN_LABELS.service]: service,
    },
    exposed: own,
    networks,
    published,
  };
}

/** Every network of these containers, with the names that they have there: none in the engine's own. */
export function namesIn(
  service: string,
  containers: readonly unknown[],
  without: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const networks: Record<string, readonly string[]> = {};
  for (const answer of containers) {
    const id = String(field(answer, "Id") ?? "");
    for (const [name, one] of Object.entries(fields(field(field(answer, "NetworkSettings"), "Networks")))) {
      if (ALONE.has(name) || without.includes(name)) continue;
      if (name === NAMELESS) {
        networks[name] = [];
        continue;
      }
      const aliases = items(field(one, "Aliases")).map(String).filter((alias) => !id.startsWith(alias));
      const own = String(field(answer, "Name") ?? service).replace(/^\//, "");
      networks[name] = [...new Set([...networks[name] ?? [], service, own, ...aliases])].sort();
    }
  }
  return networks;
}

/**
 * Docker's Traefik calls the lowest port that a container exposes where no label names one, and every container exposes
 * those of its image: at these the stand-in is the original's lowest.
 */
function borrowed(
  own: readonly string[],
  ports: readonly ForwardedPort[],
  exposed: readonly string[],
): readonly Way[] {
  const known = ports.filter(({ protocol }) => protocol === "TCP").map(({ port }) => port);
  const to = lowestTcp(own.filter((port) => known.includes(Number.parseInt(port))));
  if (to === undefined) return [];
  return exposed.filter((port) => port.endsWith("/tcp")).map((port) => Number.parseInt(port))
    .filter((port) => !known.includes(port))
    .map((port) => ({ port, protocol: "TCP", to }));
}

/** What Docker's Traefik calls where no label names a port. */
export function lowestTcp(ports: readonly string[]): number | undefined {
  const numbers = ports.filter((port) => port.endsWith("/tcp")).map((port) => Number.parseInt(port));
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}
