/** The service that publishes the ports of another, where both have one network stack. */
import type { Project, Service } from "../../../compose/project.ts";

/** The service itself, or the one whose network it has by `network_mode: service:NAME`, be it over several. */
export function portHolder(project: Project, service: Service): Service {
  const seen = new Set<Service>();
  let holder = service;
  while (!seen.has(holder)) {
    seen.add(holder);
    const [, name = ""] = /^service:(.+)$/.exec(holder.network_mode ?? "") ?? [];
    holder = project.services[name] ?? holder;
  }
  return holder;
}
