/** Ports of the stack's Traefik that are reached otherwise than before: of its API, ping and metrics, and of one address. */
import type { Project } from "../../../compose/project.ts";
import type { Diagnostic, Span } from "../../diagnostics/diagnostic.ts";
import { isLoopback, isOneAddress } from "../../stack/network/host_address.ts";
import { portHolder } from "../../stack/network/port_holder.ts";
import type { Routing } from "../../traefik/routing.ts";
import { booleanField, entryPointsOf, structField, textField } from "../../traefik/static_configuration.ts";
import { apiPort, internalPort } from "./own_service.ts";

/** A question where it was published for all; what one address reached is said otherwise: `reportAddresses`. */
export function reportClosedPorts(routing: Routing, project: Project): Diagnostic[] {
  const port = apiPort(routing);
  if (port === undefined) return [];
  return publishedFor(routing, project, port).map(({ published, ...place }) => ({
    code: "traefik-api-closed",
    severity: "question",
    message:
      `Port ${published} gave access to Traefik's API and dashboard without a login: the cluster's Traefik does not open it`,
    ...place,
    hint:
      "Give the dashboard a route with a login: traefik.http.routers.NAME.service=api@internal; to do without, remove the port",
  }));
}

/** What Traefik serves on the entry point "traefik" where no other is named, and the option that names another. */
const INTERNAL = [["ping", "ping"], ["metrics", "metrics.prometheus"]] as const;

/** A warning where the entry point "traefik" was published for ping or metrics, and not for the dashboard as well. */
export function reportClosedInternals(routing: Routing, project: Project): Diagnostic[] {
  const served = INTERNAL.filter(([, option]) => isInternal(routing, option));
  if (served.length === 0 || apiPort(routing) !== undefined) return [];
  return publishedFor(routing, project, internalPort(routing)).map(({ published, ...place }) => ({
    code: "traefik-internal-closed",
    severity: "warning",
    message: `Port ${published} gave access to Traefik's ${
      served.map(([name]) => name).join(" and ")
    }: the cluster's Traefik does not open it`,
    ...place,
    hint: `Name an entry point of your own, which is opened as it is published: ${
      served.map(([, option]) => `--${option}.entryPoint=NAME`).join(" ")
    }; to do without, remove the port`,
  }));
}

/**
 * The ports by which all reached the entry point "traefik" at this port, which is the chart's own and not exposed; none
 * where an entry point of the stack's has it, which is opened as it was.
 */
function publishedFor(
  { traefikService, static: fixed }: Routing,
  project: Project,
  port: number,
): readonly { readonly published: string | number; readonly span?: Span }[] {
  const own = project.services[traefikService ?? ""];
  const service = own && portHolder(project, own);
  const isOpened = entryPointsOf(fixed).some((one) => one.name !== "traefik" && one.port === port);
  if (service === undefined || isOpened) return [];
  return (service.ports ?? []).flatMap(({ host_ip, published, target }, index) => {
    if (published === undefined || isOneAddress(host_ip) || target !== port) return [];
    const span = project.span(["services", service.name, "ports", index]);
    return [{ published, ...(span === undefined ? {} : { span }) }];
  });
}

/** Whether an option is there and has Traefik serve it on the entry point "traefik". */
function isInternal({ static: fixed }: Routing, option: string): boolean {
  const fields = structField(fixed?.fields, ...option.split("."));
  return fields !== undefined && (textField(fields, "entryPoint") ?? "traefik") === "traefik" &&
    booleanField(fields, "manualRouting") !== true;
}

/** Says which entry points of the stack's Traefik are reached otherwise than before, by the address they had. */
export function reportAddresses(
  routing: Routing,
  project: Project,
  innerPort: (port: number) => number | undefined,
): Diagnostic[] {
  const own = project.services[routing.traefikService ?? ""];
  const service = own && portHolder(project, own);
  if (service === undefined || service.network_mode === "host") return [];
  return (service.ports ?? []).flatMap(({ host_ip, published, target }, index): Diagnostic[] => {
    if (!isOneAddress(host_ip)) return [];
    const span = project.span(["services", service.name, "ports", index]);
    const where = `Port ${published ?? target} of Traefik was reached on ${host_ip} alone`;
    return [{
      code: "traefik-one-address",
      severity: isLoopback(host_ip) ? "info" : "question",
      message: isLoopback(host_ip)
        ? `${where}: the cluster's Traefik does not open it`
        : `${where}: the cluster's Traefik opens it on every address of the node`,
      ...(span === undefined ? {} : { span }),
      hint: isLoopback(host_ip) && target === apiPort(routing)
        ? "Give the dashboard a route with a login: traefik.http.routers.NAME.service=api@internal"
        : isLoopback(host_ip)
        ? `kubectl port-forward -n kube-system deploy/traefik ${published ?? target}:${
          innerPort(target) ?? target
        } reaches it`
        : "Close it to the others by the node's firewall, or give k3s's load balancer one address",
    }];
  });
}
