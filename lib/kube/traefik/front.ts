/** The front: the Service by which ports of the node lead to the Traefik that k3s brings. */
import { isNodePort } from "../node_port.ts";
import type { KubeObject } from "../object.ts";
import type { RouteContext } from "./context.ts";
import { isTraefikElsewhere } from "./elsewhere.ts";
import type { PublishedPort } from "./published_ports.ts";

/** Its name, beside the chart's own Service, which only the cluster reaches. */
export const FRONT_NAME = "traefik-front";

interface FrontPort {
  readonly name: string;
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
): KubeObject | undefined {
  const { decisions: { mode, namespace } } = context;
  const ports = frontPorts(context, published);
  const isOthers = context.routing.elsewhere !== undefined ||
    isTraefikElsewhere(context.routing) && published.length === 0;
  if (mode === "external" || isOthers || ports.length === 0) return undefined;
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
      ports: ports.map(({ name, port, protocol }) => ({
        name,
        port,
        protocol,
        targetPort: name,
        ...(isNodePort(port) ? { nodePort: port } : {}),
      })),
    },
  };
}

function frontPorts(
  { entryPoints, routing }: RouteContext,
  published: readonly PublishedPort[],
): readonly FrontPort[] {
  const ports = new Map<string, FrontPort>();
  const add = (name: string, port: number, protocol: FrontPort["protocol"]): void => {
    if (!ports.has(name)) ports.set(name, { name, port, protocol });
  };
  // Without a Traefik there are entry points for published ports alone.
  const hasTraefik = routing.traefikService !== undefined || routing.static !== undefined ||
    isTraefikElsewhere(routing);
  const own = hasTraefik ? [...entryPoints.byName.values()] : [];
  for (const { target, publicPort, protocol, isPublished, isLoopback, fields } of own) {
    if (target === "traefik" || !isPublished || isLoopback) continue;
    add(target, publicPort, protocol === "udp" ? "UDP" : "TCP");
    const isOwn = target === "web" || target === "websecure";
    if (isOwn && fields["http3"] !== undefined) add(`${target}-http3`, publicPort, "UDP");
  }
  for (const { entryPoint, hostPort, protocol } of published) add(entryPoint, hostPort, protocol);
  return [...ports.values()];
}
