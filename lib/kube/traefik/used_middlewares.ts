/** The HTTP middlewares that something uses: what is wrong with another one is wrong for nobody. */
import type { Element, Fields } from "../../traefik/routing.ts";
import { listField } from "../../traefik/static_configuration.ts";
import type { RouteContext } from "./context.ts";
import { qualifiedAt } from "./entry_point_references.ts";
import { qualify } from "./references.ts";

/** Their qualified names: those of routers, services and entry points, and what these chain. */
export function usedMiddlewares(context: RouteContext): ReadonlySet<string> {
  const { routers, services, middlewares } = context.routing.http;
  const used = new Set<string>();
  const waiting = [
    ...[...routers.values(), ...services.values()].flatMap((element) => namesIn(element.fields, element)),
    ...[...context.entryPoints.byName.values()].flatMap(({ name, fields }) =>
      listField(fields, "http", "middlewares").map((each) => qualifiedAt(context, name, each, middlewares))
    ),
  ];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (used.has(name)) continue;
    used.add(name);
    const element = middlewares.get(name);
    const chain = element?.fields["chain"] as Fields | undefined;
    if (element !== undefined && chain !== undefined) waiting.push(...namesIn(chain, element));
  }
  return used;
}

function namesIn(fields: Fields, referrer: Element): readonly string[] {
  const names = (fields["middlewares"] ?? []) as readonly string[];
  return names.map((name) => qualify(name, referrer));
}
