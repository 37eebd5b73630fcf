/** What an entry point names, with its provider. */
import type { Element } from "../../traefik/routing.ts";
import type { RouteContext } from "./context.ts";
import { entryPointsOfRouter } from "./entry_points.ts";

/**
 * A reference of an entry point. One without a provider means that of each router on it, as Traefik gives the routers
 * what their entry point has before it looks for it (pkg/server, `applyModel` and `GetQualifiedName`): where they are of
 * one provider, it is that one; where there are none yet, the one that has the name. Else it stays as it is.
 */
export function qualifiedAt(
  { routing, entryPoints }: RouteContext,
  entryPoint: string,
  reference: string,
  defined: ReadonlyMap<string, Element>,
): string {
  if (reference.includes("@")) return reference;
  const routers = [...routing.http.routers.values()].filter(({ fields }) => {
    const names = (fields["entryPoints"] ?? []) as readonly string[];
    return entryPointsOfRouter(entryPoints, names).known.some(({ name }) => name === entryPoint);
  });
  const named = [...defined.values()].filter(({ name }) => name.startsWith(`${reference}@`));
  const providers = new Set((routers.length > 0 ? routers : named).map(providerOf));
  const [only, ...others] = providers;
  return only === undefined || others.length > 0 ? reference : `${reference}@${only}`;
}

function providerOf({ name }: Element): string {
  return name.slice(name.lastIndexOf("@") + 1);
}
