/** Which Services lead to a program that is not ready: Docker's names do, Traefik and who waits for health do not. */
import type { Project, Service } from "../../../compose/project.ts";
import { oncePer } from "../../values/once_per.ts";
import { decided, isSkipped, type StackInput } from "../../stack/context.ts";
import { label } from "../../stack/names.ts";
import { dnsNames } from "../../stack/network/dns_names.ts";
import { podGroups } from "../../stack/pod_groups.ts";
import { hasOwnHealthcheck, probeFromRouting } from "../traefik/health_probe.ts";
import { healthcheckCommand } from "./probes.ts";

type Known = Pick<StackInput, "project" | "decisions" | "routing">;

/** Whether the pods of a service are asked if they are ready, by any of their programs. */
export function hasReadiness(context: Known, service: Service): boolean {
  const { members, hostOf } = podGroups(context.project);
  const programs = (members.get(hostOf(service.name)) ?? []).flatMap((name) =>
    isSkipped(context.decisions, name) ? [] : context.project.services[name] ?? []
  );
  return (programs.length === 0 ? [service] : programs).some((one) => isAsked(context, one));
}

function isAsked(context: Known, service: Service): boolean {
  return healthcheckCommand(service) !== undefined ||
    !hasOwnHealthcheck(service) && probeFromRouting(context.routing, service.name) !== undefined;
}

/**
 * Whether the names of a service lead to it from its start, as in Docker, whatever its health and on every port: a
 * probe over its own name could never succeed otherwise. Else only once it is ready, on the ports that are known.
 */
export function answersAlways({ decisions }: Pick<Known, "decisions">, service: string): boolean {
  return (decided(decisions, service).names ?? decisions.names ?? "always") === "always";
}

/** The Service that leads to pods alone that are ready; absent where that is the one of the service's own name. */
export function readyServiceName(context: Known, service: Service): string | undefined {
  if (!answersAlways(context, service.name) || !hasReadiness(context, service)) return undefined;
  const host = podGroups(context.project).hostOf(service.name);
  const name = label(`${host}-ready`);
  return takenLabels(context.project).has(name) ? label(`${host}-ready-pods`) : name;
}

/** What Services may be called by the names of all services. */
const takenLabels = oncePer((project: Project): ReadonlySet<string> =>
  new Set(
    Object.values(project.services).flatMap((service) =>
      dnsNames(project, service).map(({ name }) => label(name))
    ),
  )
);
