/** Core Services for servers that are not compose services: none at all, an address, or a name outside. */
import type { Element } from "../../traefik/routing.ts";
import { label } from "../../stack/names.ts";
import { isAddress } from "../../stack/network/docker_names.ts";
import { report, type RouteContext, type ServiceTarget, share } from "./context.ts";
import { isLoopbackHost } from "./loopback.ts";
import { aliasOf, askForMachine, isMachineHost } from "./own_hosts.ts";

/** A Service without pods: it answers 503 for ever, as a load balancer without servers does. */
export function emptyService(context: RouteContext, element: Element, wanted: string): ServiceTarget {
  const port = 80;
  const taken = new Set(Object.keys(context.project.services).map((service) => label(service)));
  const name = taken.has(wanted) ? label(`${wanted}-empty`) : wanted;
  share(context, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: context.namespace },
    spec: { ports: [{ name: "http", port, protocol: "TCP" }] },
  }, element.span);
  return { name, port };
}

/**
 * A Service that stands for a host outside: an address by an EndpointSlice, a name by `externalName`.
 *
 * @param at what the host is in the cluster, where that is known; it is named as it is written
 */
export function externalService(
  context: RouteContext,
  element: Element,
  written: string,
  port: number,
  protocol: "TCP" | "UDP",
  at?: string,
): ServiceTarget | undefined {
  const name = label(`external-${written}-${port}`);
  const host = at ?? machineOr(context, element, written);
  if (isRefused(host)) {
    report(
      context,
      "error",
      "traefik-server-unusable",
      element,
      `The service "${element.name}" leads to "${host}", an address to which no Service may lead`,
      "Give the backend another address, or a name",
    );
    return undefined;
  }
  const metadata = { name, namespace: context.namespace };
  const portName = protocol.toLowerCase();
  if (!isAddress(host)) {
    reportExternalName(context, element, host);
    share(context, {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "ExternalName", externalName: host, ports: [{ name: portName, port, protocol }] },
    }, element.span);
    return { name, port };
  }
  share(context, {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { ports: [{ name: portName, port, protocol }] },
  }, element.span);
  share(context, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": name } },
    addressType: host.includes(":") ? "IPv6" : "IPv4",
    ports: [{ name: portName, port, protocol }],
    endpoints: [{ addresses: [host], conditions: { ready: true } }],
  }, element.span);
  return { name, port };
}

/** Loopback, unspecified and link-local ones (Kubernetes, `ValidateNonSpecialIP`). */
function isRefused(host: string): boolean {
  const isLinkLocal = /^(169\.254\.|224\.0\.0\.)/.test(host) ||
    /^(fe[89ab][0-9a-f]|ff[0-9a-f]2):/i.test(host);
  return isAddress(host) && (isLoopbackHost(host) || isLinkLocal);
}

/** Where another project has the Traefik, `traefik-external-name-closed` says it of one that does not allow it. */
function reportExternalName(context: RouteContext, element: Element, host: string): void {
  if (context.routing.elsewhere !== undefined || context.decisions.externalNames === false) return;
  report(
    context,
    "info",
    "traefik-external-name",
    element,
    `The service "${element.name}" leads to the name "${host}" outside, which the cluster's Traefik is told to allow: ` +
      "a Traefik that runs without this setting restarts once",
    "An address instead of the name needs no such setting",
  );
}

/** The machine's address in place of the names and addresses that it has in Docker alone. */
function machineOr(context: RouteContext, element: Element, host: string): string {
  if (!isMachineHost(context, host)) return aliasOf(context, host) ?? host;
  askForMachine(context, element, host, `the service "${element.name}"`);
  return context.machine.address;
}
