/**
 * What leads pods to a service that is still in an engine: a container in its networks, open on one address of the node,
 * which passes on every connection to the service's name; and a Service of that name in the cluster that leads there.
 * By name, as an engine gives its containers new addresses whenever it starts. No I/O.
 */
import { exposedPorts } from "../../docker/exposed_ports.ts";
import type { ForwarderImage } from "../../docker/forwarder_image.ts";
import type { HelperContainer } from "../../docker/helper_containers.ts";
import type { KubeObject } from "../../kube/object.ts";
import { isServiceName, serviceLabel } from "../../stack/names.ts";
import { forwarding } from "./forwarding.ts";
import { NAMELESS, namesIn } from "./stand_in.ts";

/** By which gates are found. */
export const GATE_LABELS = { project: "compose-ferry/project", service: "compose-ferry/gate-to" } as const;

/** A service that runs in the engine. */
export interface Gated {
  readonly project: string;
  readonly service: string;
  /** What the engine answers of its containers (Engine API, "ContainerInspect"). */
  readonly containers: readonly unknown[];
}

/** Names as a Service can have them, and others. */
export interface OtherNames {
  readonly carried: readonly string[];
  readonly left: readonly string[];
}

/** A port of the service, and the one of the node that leads to it. */
export interface GatePort {
  readonly port: number;
  readonly hostPort: number;
}

/** The ports that it says it has; a UDP port has no way through. */
export function portsBehind({ containers }: Gated): readonly number[] {
  const tcp = containers.flatMap(exposedPorts).filter((port) => port.endsWith("/tcp"))
    .map((port) => Number.parseInt(port));
  return [...new Set(tcp)].sort((left, right) => left - right);
}

/** Networks in which it has a name, by which a gate passes on. */
export function networksOf({ service, containers }: Gated): readonly string[] {
  return Object.keys(namesIn(service, containers, [])).filter((network) => network !== NAMELESS);
}

/** What pods may call it by besides its own name: aliases and its container_name, not what compose calls a container. */
export function otherNames({ project, service, containers }: Gated): OtherNames {
  const generated = [`${project}-${service}-`, `${project}_${service}_`];
  const isGenerated = (name: string): boolean =>
    generated.some((prefix) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)));
  const names = Object.values(namesIn(service, containers, [])).flat()
    .filter((name) => name !== service && !isGenerated(name)).map((name) => name.toLowerCase());
  const others = [...new Set(names)].filter((name) => name !== serviceLabel(service)).sort();
  return {
    carried: others.filter((name) => isServiceName(name)),
    left: others.filter((name) => !isServiceName(name)),
  };
}

export function gateName({ project, service }: Pick<Gated, "project" | "service">): string {
  return `${project}-${service}-from-kubernetes`;
}

/** @param hostAddress of the node, as pods reach it: that of their bridge where it has one */
export function gateOf(
  gated: Gated,
  ports: readonly GatePort[],
  hostAddress: string,
  { image }: ForwarderImage,
): HelperContainer {
  const { project, service } = gated;
  return {
    name: gateName(gated),
    image,
    ...forwarding(service, ports.map(({ port }) => ({ port, protocol: "TCP", to: port }))),
    labels: { [GATE_LABELS.project]: project, [GATE_LABELS.service]: service },
    exposed: ports.map(({ port }) => `${port}/tcp`),
    // It has no name of the service's, or it would call itself.
    networks: Object.fromEntries(networksOf(gated).map((network) => [network, []])),
    published: ports.map(({ port, hostPort }) => ({ port: `${port}/tcp`, hostAddress, hostPort })),
  };
}

/**
 * The Service has no selector, so that nobody but this program says where it leads.
 *
 * @param name by which pods call it
 */
export function gateObjects(
  service: string,
  namespace: string,
  ports: readonly GatePort[],
  hostAddress: string,
  name = serviceLabel(service),
): readonly [KubeObject, KubeObject] {
  const labels = { [GATE_LABELS.service]: serviceLabel(service) };
  const named = ports.map(({ port, hostPort }) => ({ name: `tcp-${port}`, port, hostPort }));
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels },
      spec: {
        type: "ClusterIP",
        ports: named.map(({ name, port }) => ({ name, port, protocol: "TCP", targetPort: port })),
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: `${name}-in-docker`,
        namespace,
        labels: {
          ...labels,
          "kubernetes.io/service-name": name,
          "endpointslice.kubernetes.io/managed-by": "compose-ferry",
        },
      },
      addressType: hostAddress.includes(":") ? "IPv6" : "IPv4",
      endpoints: [{ addresses: [hostAddress], conditions: { ready: true } }],
      ports: named.map(({ name, hostPort }) => ({ name, port: hostPort, protocol: "TCP" })),
    },
  ];
}

export function sliceName(service: string): string {
  return `${serviceLabel(service)}-in-docker`;
}
