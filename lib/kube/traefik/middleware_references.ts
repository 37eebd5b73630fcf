/** The middlewares that a router, a chain or a service names, by their names in the cluster. */
import type { Element } from "../../traefik/routing.ts";
import { report, type RouteContext } from "./context.ts";
import { qualify } from "./references.ts";

/**
 * The names of the middlewares that an element refers to, in order.
 *
 * @returns undefined where one of them is missing or broken: Traefik then disables the element
 */
export function middlewareReferences(
  context: RouteContext,
  referrer: Element,
  references: readonly string[],
): readonly string[] | undefined {
  const names: string[] = [];
  let complete = true;
  for (const reference of references) {
    const qualified = qualify(reference, referrer);
    const found = context.httpMiddlewares.get(qualified);
    if (found !== undefined) {
      names.push(...found);
      continue;
    }
    complete = false;
    const exists = context.routing.http.middlewares.has(qualified);
    report(
      context,
      "warning",
      "traefik-middleware-missing",
      referrer,
      `The middleware "${qualified}" of "${referrer.name}" ${
        exists ? "cannot be used" : "does not exist"
      }: Traefik disables it`,
      exists ? "Correct the middleware" : "Correct the name, or define the middleware",
    );
  }
  return complete ? names : undefined;
}
