/** Whose mounts count: those of services that are moved, and of others whose mounts they take by `volumes_from`. */
import type { Service } from "../../../compose/project.ts";
import { type Context, isSkipped } from "../context.ts";

/** The services of which mounts are in some pod, in the order of the project: a container of data is often left out. */
export function mountingServices(
  { project, decisions }: Pick<Context, "project" | "decisions">,
  isMoved = (service: Service): boolean => !isSkipped(decisions, service.name),
): readonly Service[] {
  const names = new Set(Object.values(project.services).filter(isMoved).map(({ name }) => name));
  // What is added while it is gone through is gone through, too.
  for (const name of names) {
    for (const text of project.services[name]?.volumes_from ?? []) {
      const [other = ""] = text.split(":");
      if (other !== "container" && Object.hasOwn(project.services, other)) names.add(other);
    }
  }
  return Object.values(project.services).filter(({ name }) => names.has(name));
}
