/** Aliases and hostnames that several services have: in Docker all of them answer. */
import type { Project } from "../../../compose/project.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { oncePerPair } from "../../values/once_per.ts";
import { type Context, isSkipped } from "../context.ts";
import { isQuestion, isServiceName, label, serviceLabel, shortHash } from "../names.ts";
import { dnsNames } from "./dns_names.ts";

/**
 * Services by the alias that they have in common with others; a service's own name is nobody's alias. In the cluster a
 * name is the same for all callers: one that other services have on another network is none of these.
 */
export function sharedAliases(
  { project, decisions }: Pick<Context, "project" | "decisions">,
): ReadonlyMap<string, readonly string[]> {
  return shared(project, decisions);
}

const shared = oncePerPair(
  (project: Project, decisions: Decisions): ReadonlyMap<string, readonly string[]> => {
    const services = Object.values(project.services).filter(({ name }) => !isSkipped(decisions, name));
    const own = new Set(services.flatMap(({ name }) => [serviceLabel(name), name.toLowerCase()]));
    const given = services.flatMap((service) => {
      const hostnames = dnsNames(project, service).filter(({ kind }) => kind === "hostname")
        .map(({ name }) => name);
      return Object.entries(service.networks ?? {}).flatMap(([network, settings]) =>
        [...new Set([...settings?.aliases ?? [], ...hostnames].map((alias) => alias.toLowerCase()))]
          .filter((alias) => isQuestion(alias) && !own.has(alias))
          .map((alias) => ({ service: service.name, network, alias }))
      );
    });
    return new Map(
      [...Map.groupBy(given, ({ alias }) => alias)].flatMap(([alias, all]) => {
        const owners = [...new Set(all.map(({ service }) => service))];
        const networks = new Set(all.map(({ network }) => network));
        const isEverywhere = all.length === owners.length * networks.size;
        return owners.length > 1 && isEverywhere ? [[alias, owners] as const] : [];
      }),
    );
  },
);

/** The Service of an alias that several have: called so, where a Service can be. */
export function aliasServiceName(alias: string): string {
  return isServiceName(alias) ? alias : `alias-${label(alias, 48)}-${shortHash(alias)}`;
}
