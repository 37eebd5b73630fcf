/** The front: the Service by which ports of the node lead to the Traefik that k3s brings. */
import type { KubeObject } from "../object.ts";
import type { RouteContext } from "./context.ts";
import type { PublishedPort } from "./published_ports.ts";

/** Its name, beside the chart's own Service, which only the cluster reaches. */
export const FRONT_NAME = "traefik-front";

/** What the chart opens where nobody says otherwise. */
const USUAL_PORTS = [["web", 80], ["websecure", 443]] as const;

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
 * @returns undefined where no port is published, or where Traefik is one's own
 */
export function frontService(
  context: RouteContext,
  published: readonly PublishedPort[],
): KubeObject | undefined {
  const { decisions: { mode, namespace } } = context;
  const ports = frontPorts(context, published);
  if (mode === "external" || ports.length === 0) return undefined;
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
      ports: ports.map(({ name, port, protocol }) => ({ name, port, protocol, targetPort: name })),
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
  for (const { target, publicPort, protocol, isPublished, fields } of entryPoints.byName.values()) {
    if (target === "traefik" || !isPublished) continue;
    add(target, publicPort, protocol === "udp" ? "UDP" : "TCP");
    const isOwn = target === "web" || target === "websecure";
    if (isOwn && fields["http3"] !== undefined) add(`${target}-http3`, publicPort, "UDP");
  }
  // Where the stack's Traefik is not among its services nobody says which ports it has.
  if (routing.traefikService === undefined) {
    for (const [name, port] of USUAL_PORTS) add(name, port, "TCP");
  }
  for (const { entryPoint, hostPort, protocol } of published) add(entryPoint, hostPort, protocol);
  return [...ports.values()];
}
