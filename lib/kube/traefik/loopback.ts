/**
 * Where the loopback address of the stack's Traefik leads. With `network_mode: host` it is the machine's own, on which
 * containers publish ports; else it is that of Traefik's container, and of those that share its network. In the cluster
 * Traefik's pod has one of its own.
 */
import type { Project, Service } from "../../../compose/project.ts";
import { isLoopback, isOneAddress } from "../../stack/network/host_address.ts";
import { portHolder } from "../../stack/network/port_holder.ts";
import { oncePer } from "../../values/once_per.ts";
import type { Element } from "../../traefik/routing.ts";
import { report, type RouteContext } from "./context.ts";
import { askForMachine } from "./own_hosts.ts";

/** A port of a service of the stack, a host in place of the loopback address, or nothing. */
export type BehindLoopback =
  | { readonly kind: "service"; readonly service: string; readonly port: number }
  | { readonly kind: "host"; readonly host: string }
  | { readonly kind: "nothing" };

/** Whether a host is loopback to who connects to it; the unspecified addresses are, too (Linux, ip(7)). */
export function isLoopbackHost(host: string): boolean {
  return isLoopback(host.toLowerCase()) || host === "0.0.0.0" || host === "::" || /\.localhost$/i.test(host);
}

/** What answered there in Docker, as the cluster's Traefik reaches it; said where it is not a service of the stack. */
export function behindLoopback(
  context: RouteContext,
  element: Element | Pick<Element, "span">,
  { host, port, protocol, whose }: {
    readonly host: string;
    readonly port: number;
    readonly protocol: "TCP" | "UDP";
    /** For messages, such as `the service "app@file"`. */
    readonly whose: string;
  },
): BehindLoopback {
  const { project, traefik } = traefikOf(context);
  const mode = traefik?.network_mode ?? "";
  if (traefik !== undefined && mode !== "host") {
    const beside = besides(project, traefik);
    const service = beside.find((each) => hasPort(each, port)) ??
      (beside.length === 1 ? beside[0] : undefined);
    if (service !== undefined) return { kind: "service", service: service.name, port };
    report(
      context,
      "warning",
      "traefik-loopback",
      element,
      `"${
        host.includes(":") ? `[${host}]` : host
      }:${port}" of ${whose} is Traefik's own container, where nothing else answers, in Docker as in the cluster`,
      "Name the compose service; the machine is host.docker.internal",
    );
    return { kind: "nothing" };
  }
  const published = publishing(context, port, protocol);
  if (published !== undefined) return published;
  reportMachine(context, element, host, whose);
  return { kind: "host", host: context.machine.address };
}

/** The project of Traefik and its service, as far as they are known. */
function traefikOf({ project, routing }: RouteContext): { project: Project; traefik: Service | undefined } {
  const home = routing.elsewhere?.project ?? project;
  return {
    project: home,
    traefik: home.services[routing.elsewhere?.service ?? routing.traefikService ?? ""],
  };
}

/** The services in the network of Traefik's container, by whichever of them it is named. */
function besides(project: Project, traefik: Service): readonly Service[] {
  const holder = portHolder(project, traefik);
  return Object.values(project.services).filter((service) =>
    service.name !== traefik.name && portHolder(project, service) === holder
  );
}

function hasPort({ expose = [], ports = [] }: Service, port: number): boolean {
  return expose.some((each) => Number.parseInt(each) === port) || ports.some(({ target }) => target === port);
}

/** The service of the stack that has the port of the machine; in the cluster it is the Service that is called. */
function publishing(
  context: RouteContext,
  port: number,
  protocol: "TCP" | "UDP",
): BehindLoopback | undefined {
  // One that is left with Docker is still on the machine.
  const found = publishedOnLoopback(context.project).get(`${port}/${protocol}`)?.find(({ service, target }) =>
    context.serviceFor(service, target) !== undefined
  );
  return found && { kind: "service", service: found.service, port: found.target };
}

/** What containers publish where loopback reaches it, by `PORT/PROTOCOL`. */
const publishedOnLoopback = oncePer((project: Project) => {
  const all = Object.values(project.services).flatMap(({ name, ports = [] }) =>
    ports.filter(({ host_ip: address }) => !isOneAddress(address) || isLoopback(address))
      .map((port) => ({ service: name, ...port }))
  );
  return Map.groupBy(all, ({ published, protocol = "tcp" }) => `${published}/${protocol.toUpperCase()}`);
});

/** It is asked where nobody decided; what listens on loopback alone does not answer at the node's address. */
function reportMachine(
  context: RouteContext,
  element: Pick<Element, "span">,
  host: string,
  whose: string,
): void {
  const alone = "; there a program that listens on loopback alone does not answer";
  if (!context.machine.isDecided) return askForMachine(context, element, host, whose, alone);
  const message =
    `"${host}" of ${whose} is the machine: in the cluster it is ${context.machine.address}${alone}`;
  const hint = "Let it listen on that address, or on all";
  report(context, "warning", "traefik-loopback", element, message, hint);
}
