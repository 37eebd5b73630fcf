/**
 * A Traefik that is built here, as templates of Django projects have it: its image has another name, and what its
 * Dockerfile copies into it lies in no mount. It is moved as any program, behind the cluster's Traefik.
 */
import type { Service } from "../../compose/project.ts";
import { at, type Context, isSkipped } from "../stack/context.ts";

/** A warning for one that is called so and publishes ports, where no other service is known as Traefik. */
export function checkBuiltTraefik(context: Context): void {
  const { project, decisions, routing } = context;
  if (routing.traefikService !== undefined) return;
  const built = Object.values(project.services).find((service) =>
    !isSkipped(decisions, service.name) && isBuiltTraefik(service, project.workingDir)
  );
  if (built === undefined) return;
  const { name } = built;
  context.report({
    code: "traefik-built",
    severity: "warning",
    message:
      `Service "${name}" is built here and seems to be the stack's Traefik: what its image has is not read, so its ` +
      "entry points, files and certificates are not the cluster's, and it is moved as a program behind the cluster's Traefik",
    ...at(project, ["services", name, "build"]),
    hint:
      "Give it the image that its Dockerfile begins with, and mount what that copies: image: traefik:TAG, volumes: " +
      '["./FILE:/etc/traefik/traefik.yml:ro"]',
  });
}

function isBuiltTraefik(service: Service, directory: string): boolean {
  const { build, name, image, container_name: container } = service;
  if (build === undefined || ((service.ports ?? []).length === 0 && service.network_mode !== "host")) {
    return false;
  }
  const { dockerfile, context } = build;
  const folder = typeof context === "string" && context !== directory ? context.split("/").at(-1) : undefined;
  const file = typeof dockerfile === "string" ? dockerfile : undefined;
  return [name, image?.replace(/[:@].*$/, ""), container, folder, file].some((text) =>
    text?.split("/").some((part) => /(?:^|[-_.])traefik(?:\.dockerfile)?$/i.test(part))
  );
}
