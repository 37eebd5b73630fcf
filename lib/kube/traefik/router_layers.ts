/**
 * Routers of several layers (Traefik 3.6, `parentRefs`): what a parent matches goes through its middlewares, such as a
 * login, and only then to its children. A child without its parents would be open to everybody.
 */
import type { Element } from "../../traefik/routing.ts";
import { report, type RouteContext } from "./context.ts";
import { hasField } from "./newer_fields.ts";
import { qualify } from "./references.ts";

/** What a router is among others. */
export interface Layer {
  /** The routers through which it is reached, by their names in the cluster; none where it has entry points of its own. */
  readonly parents: readonly string[];
  /** Whether it has children in place of a service. */
  readonly hasChildren: boolean;
}

/** Undefined where Traefik disables the router for it, or the cluster has no layers: a finding says so. */
export function layerOf(context: RouteContext, element: Element): Layer | undefined {
  const reason = faultOf(context, element, []);
  if (reason !== undefined) return dropped(context, element, reason);
  const parents = parentsOf(element).flatMap((name) => context.names.httpRouters.get(name) ?? []);
  const isThere = parents.length === 0 || hasField(context, element, "IngressRoute.spec.parentRefs", {
    what: `The field "parentRefs" of "${element.name}"`,
    path: "parentRefs",
    without: "it stays closed",
  });
  return isThere ? { parents, hasChildren: isParent(context, element) } : undefined;
}

/** Why Traefik disables it (pkg/server/router, `ParseRouterTree`), or one of the routers by which it is reached. */
function faultOf(context: RouteContext, element: Element, path: readonly string[]): string | undefined {
  const { routers } = context.routing.http;
  const { fields, name } = element;
  if (path.includes(name)) return `it is its own parent by ${path.join(", ")}`;
  const parents = parentsOf(element);
  if (isParent(context, element) && fields["service"] !== undefined) {
    return "it has a service and is the parent of other routers";
  }
  const [own] = parents.length === 0
    ? []
    : ["tls", "observability", "entryPoints"].filter((field) => fields[field] !== undefined);
  if (own !== undefined) return `it has "${own}" and a parent: its parent alone may have that`;
  for (const parent of parents) {
    const found = routers.get(parent);
    if (found === undefined) return `its parent "${parent}" does not exist`;
    const reason = faultOf(context, found, [...path, name]);
    if (reason !== undefined) return `its parent "${parent}" cannot be used: ${reason}`;
  }
  return undefined;
}

function parentsOf(element: Element): readonly string[] {
  const references = (element.fields["parentRefs"] ?? []) as readonly string[];
  return references.map((reference) => qualify(reference, element));
}

function isParent({ routing }: RouteContext, { name }: Element): boolean {
  return [...routing.http.routers.values()].some((router) => parentsOf(router).includes(name));
}

function dropped(context: RouteContext, element: Element, reason: string): undefined {
  report(
    context,
    "warning",
    "traefik-router-dropped",
    element,
    `Cannot use the http router "${element.name}" as ${reason}: Traefik disables it`,
    "Correct it: a router has a service, or is the parent of others",
  );
}
