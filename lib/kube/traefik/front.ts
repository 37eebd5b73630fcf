/** The front: the Service by which ports of the node lead to the Traefik that k3s brings. */
import { podPort } from "./chart_ports.ts";
import { isNodePort } from "../node_port.ts";
import type { KubeObject } from "../object.ts";
import { report, type RouteContext } from "./context.ts";
import { isTraefikElsewhere } from "./elsewhere.ts";
import type { PublishedPort } from "./published_ports.ts";

/** Its name, beside the chart's own Service, which only the cluster reaches. */
export const FRONT_NAME = "traefik-front";

interface FrontPort {
  readonly name: string;
  /** The pod's port: by its name, or by its number where the chart has no name for it. */
  readonly targetPort: string | number;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/**
 * A Service of type LoadBalancer for the ports that compose published. kube-proxy sends them to the cluster as soon as
 * it is there, also while Docker holds them, and back to Docker as soon as it is gone: so it moves the front, and
 * nothing else does. Callers' addresses are kept.
 *
 * @returns undefined where no port is published, where Traefik is one's own, and where it is another project's, which
 * moves its own front
 */
export function frontService(
  context: RouteContext,
  published: readonly PublishedPort[],
  chartPorts: Readonly<Record<string, unknown>>,
): KubeObject | undefined {
  const { decisions: { mode, namespace } } = context;
  const ports = frontPorts(context, published, chartPorts);
  const isOthers = context.routing.elsewhere !== undefined ||
    isTraefikElsewhere(context.routing) && published.length === 0;
  if (isOthers || ports.length === 0) return undefined;
  if (mode === "external") {
    reportSecondPorts(context);
    return undefined;
  }
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: FRONT_NAME, namespace },
    spec: {
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      // The labels of the chart's pods, whose release k3s names "traefik".
      selector: {
        "app.kubernetes.io/name": "traefik",
        "app.kubernetes.io/instance": `traefik-${namespace}`,
      },
      ports: ports.map(({ name, port, protocol, targetPort }) => ({
        name,
        port,
        protocol,
        targetPort,
        ...(isNodePort(port) ? { nodePort: port } : {}),
      })),
    },
  };
}

/** The chart's own Service, which is the front of a Traefik of one's own, has one port for an entry point. */
function reportSecondPorts(context: RouteContext): void {
  for (const { name, publicPort, hostPorts, http3Ports, target } of context.entryPoints.byName.values()) {
    const others = [
      ...hostPorts.filter((port) => port !== publicPort).map(String),
      ...http3Ports.filter((port) => target !== "websecure" || port !== publicPort).map((port) =>
        `${port}/udp`
      ),
    ];
    if (others.length === 0 || target === "traefik") continue;
    const one = others.length === 1;
    report(
      context,
      "warning",
      "traefik-second-port",
      context.routing.static ?? {},
      `${one ? "Port" : "Ports"} ${
        others.join(", ")
      } led to the entry point "${name}" as port ${publicPort} does, ` +
        `and the Service of Traefik's chart has one port for each: ${one ? "it is" : "they are"} not opened`,
      "Give each an entry point of its own, or make a Service with it that leads to the pods of your Traefik",
    );
  }
}

function frontPorts(
  { entryPoints, routing }: RouteContext,
  published: readonly PublishedPort[],
  chartPorts: Readonly<Record<string, unknown>>,
): readonly FrontPort[] {
  const ports = new Map<string, FrontPort>();
  const add = (
    targetPort: string | number,
    port: number,
    protocol: FrontPort["protocol"],
    name = String(targetPort),
  ): void => {
    if (!ports.has(name)) ports.set(name, { name, port, protocol, targetPort });
  };
  // Without a Traefik there are entry points for published ports alone.
  const hasTraefik = routing.traefikService !== undefined || routing.static !== undefined ||
    isTraefikElsewhere(routing);
  const own = hasTraefik ? [...entryPoints.byName.values()] : [];
  for (const { target, publicPort, hostPorts, http3Ports, protocol, isPublished, isLoopback } of own) {
    if (target === "traefik" || !isPublished || isLoopback) continue;
    for (const port of hostPorts) {
      add(
        target,
        port,
        protocol === "udp" ? "UDP" : "TCP",
        port === publicPort ? target : `${target}-${port}`,
      );
    }
    const http3 = `${target}-http3`;
    for (const [index, port] of http3Ports.entries()) {
      const targetPort = target === "websecure" ? http3 : podPort(chartPorts, target) ?? port;
      add(targetPort, port, "UDP", index === 0 ? http3 : `${http3}-${port}`);
    }
  }
  for (const { entryPoint, hostPort, protocol } of published) add(entryPoint, hostPort, protocol);
  return [...ports.values()];
}
