/** Aliases that several services have: in Docker all of them answer. */
import { type Context, isSkipped } from "../context.ts";
import { label } from "../names.ts";
import { dnsNames } from "./dns_names.ts";

/** Services by the alias that they have in common with others; a service's own name is nobody's alias. */
export function sharedAliases(
  { project, decisions }: Pick<Context, "project" | "decisions">,
): ReadonlyMap<string, readonly string[]> {
  const services = Object.values(project.services).filter(({ name }) => !isSkipped(decisions, name));
  const own = new Set(services.map(({ name }) => label(name)));
  const named = new Map<string, string[]>();
  for (const service of services) {
    const aliases = dnsNames(project, service).filter(({ kind }) => kind === "alias")
      .map(({ name }) => name.toLowerCase());
    for (const alias of new Set(aliases)) {
      if (!own.has(alias)) named.set(alias, [...named.get(alias) ?? [], service.name]);
    }
  }
  return new Map([...named].filter(([, owners]) => owners.length > 1));
}
