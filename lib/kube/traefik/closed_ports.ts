/** The port of the stack's Traefik on which its API answered everybody without a login: the cluster's has none. */
import type { Project } from "../../../compose/project.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { isOneAddress } from "../../stack/network/host_address.ts";
import { portHolder } from "../../stack/network/port_holder.ts";
import type { Routing } from "../../traefik/routing.ts";
import { entryPointsOf } from "../../traefik/static_configuration.ts";
import { apiPort } from "./own_service.ts";

/** A question where it was published for all; what one address reached is said otherwise: `reportAddresses`. */
export function reportClosedPorts(routing: Routing, project: Project): Diagnostic[] {
  const own = project.services[routing.traefikService ?? ""];
  const service = own && portHolder(project, own);
  const api = apiPort(routing);
  if (service === undefined || entryPointsOf(routing.static).some(({ port }) => port === api)) return [];
  return (service.ports ?? []).flatMap(({ host_ip, published, target }, index): Diagnostic[] => {
    if (published === undefined || isOneAddress(host_ip) || target !== api) return [];
    const span = project.span(["services", service.name, "ports", index]);
    return [{
      code: "traefik-api-closed",
      severity: "question",
      message:
        `Port ${published} gave access to Traefik's API and dashboard without a login: the cluster's Traefik does not open it`,
      ...(span === undefined ? {} : { span }),
      hint:
        "Give the dashboard a route with a login: traefik.http.routers.NAME.service=api@internal; to do without, remove the port",
    }];
  });
}
