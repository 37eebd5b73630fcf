/** The HEALTHCHECK that an image brings, which Docker runs where compose says no other. */
import type { Healthcheck, Project, Service } from "../../compose/project.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { type ImageLookup, imageOf } from "./context.ts";

/**
 * The project with each service's health check as the engine runs it: what compose leaves out of it is the image's, field
 * by field (the engine's `merge` of both configurations when it creates a container).
 */
export function withImageHealthchecks(project: Project, decisions: Decisions, images: ImageLookup): Project {
  const services = Object.entries(project.services).map(([name, service]) => {
    const ofImage = images(imageOf(decisions, service) ?? "")?.healthcheck;
    return [name, ofImage === undefined ? service : withHealthcheck(service, ofImage)] as const;
  });
  return { ...project, services: Object.fromEntries(services) };
}

function withHealthcheck(service: Service, ofImage: Healthcheck): Service {
  const { healthcheck = {} } = service;
  if (healthcheck.disable === true || healthcheck.test?.[0] === "NONE") return service;
  const said = Object.fromEntries(
    Object.entries(healthcheck).filter(([, value]) => !isNothing(value)),
  );
  return { ...service, healthcheck: { ...ofImage, ...said } };
}

/** To the engine an empty list and a zero are what is not said. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === 0 || (Array.isArray(value) && value.length === 0) ||
    (typeof value === "string" && /^0*(\.0*)?[a-zµ]*$/.test(value));
}
