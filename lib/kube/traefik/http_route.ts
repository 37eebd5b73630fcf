/** HTTP routers as IngressRoutes: one object for each router. */
import type { Element } from "../../traefik/routing.ts";
import { convertRule, likelySyntax } from "../../traefik/rule_syntax.ts";
import type { KubeObject } from "../object.ts";
import { resolversOf } from "./certificate_resolvers.ts";
import { compact, report, type RouteContext, share, traefikObject } from "./context.ts";
import { entryPointsOfRouter, type MappedEntryPoint } from "./entry_points.ts";
import { httpServices } from "./http_service.ts";
import { layerOf } from "./router_layers.ts";
import { middlewareReferences } from "./middleware_references.ts";
import { qualify } from "./references.ts";
import { type Json } from "../../values/json.ts";

/**
 * Converts a router.
 *
 * @returns undefined where Traefik would not route by it either: a finding says why
 */
export function convertHttpRouter(
  context: RouteContext,
  element: Element,
  name: string,
): KubeObject | undefined {
  const { fields } = element;
  const layer = layerOf(context, element);
  if (layer === undefined) return undefined;
  const isChild = layer.parents.length > 0;
  const entryPoints = isChild ? [] : knownEntryPoints(context, element);
  const match = convertMatch(context, element, "http");
  const services = layer.hasChildren ? [] : httpServices(context, String(fields["service"] ?? ""), element);
  const references = middlewareReferences(
    context,
    element,
    (fields["middlewares"] ?? []) as readonly string[],
  );
  if (match === undefined || services === undefined || references === undefined) return undefined;
  if (!isChild && entryPoints.length === 0) return undefined;
  const middlewares = withContentType(context, element, references);
  const route = compact({
    kind: "Rule",
    match: match.rule,
    priority: match.priority,
    services: layer.hasChildren ? undefined : services,
    middlewares: middlewares.length === 0 ? undefined : middlewares.map((reference) => ({ name: reference })),
    observability: fields["observability"],
  });
  return traefikObject(
    context,
    "IngressRoute",
    name,
    isChild ? { parentRefs: layer.parents.map((parent) => ({ name: parent })), routes: [route] } : compact({
      entryPoints: entryPoints.map(({ target }) => target),
      routes: [route],
      tls: routeTls(context, element, entryPoints),
    }),
  );
}

/** The entry points that a router is on; names that do not exist are a finding, as they are in Traefik's log. */
export function knownEntryPoints(context: RouteContext, element: Element): readonly MappedEntryPoint[] {
  const names = (element.fields["entryPoints"] ?? []) as readonly string[];
  const { known, unknown } = entryPointsOfRouter(context.entryPoints, names);
  for (const name of unknown) {
    report(
      context,
      "warning",
      "traefik-entry-point-unknown",
      element,
      `The entry point "${name}" of "${element.name}" does not exist: Traefik leaves it out`,
      `The static configuration has: ${[...context.entryPoints.byName.keys()].join(", ")}`,
    );
  }
  return known;
}

/** The rule in the syntax of Traefik 3, and the priority that keeps its place among the others. */
export function convertMatch(
  context: RouteContext,
  element: Element,
  protocol: "http" | "tcp",
): { rule: string; priority: number | undefined } | undefined {
  const text = String(element.fields["rule"] ?? "");
  const written = element.fields["ruleSyntax"];
  const syntax = written === "v2" || written === "v3"
    ? written
    : context.routing.defaultRuleSyntax ?? likelySyntax(text, protocol);
  const converted = convertRule(text, protocol, syntax);
  if ("problem" in converted) {
    report(
      context,
      "warning",
      "traefik-rule-refused",
      element,
      `The rule of "${element.name}" cannot be used as ${converted.problem}: Traefik disables the router`,
      "Correct the rule",
    );
    return undefined;
  }
  for (const note of converted.notes) {
    report(
      context,
      "warning",
      "traefik-rule-differs",
      element,
      `The rule of "${element.name}" differs: ${note}`,
      "Accept it",
    );
  }
  const priority = element.fields["priority"];
  if (typeof priority === "number") {
    return { rule: converted.rule, priority };
  }
  return { rule: converted.rule, priority: converted.changed ? lengthInBytes(text) : undefined };
}

/** Traefik's priority of a rule is its length in bytes. */
function lengthInBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Traefik 2 guessed a missing Content-Type; Traefik 3 does where a contentType middleware asks for it. */
function withContentType(
  context: RouteContext,
  element: Element,
  names: readonly string[],
): readonly string[] {
  const own = ((element.fields["middlewares"] ?? []) as readonly string[]).some((reference) =>
    context.routing.http.middlewares.get(qualify(reference, element))?.fields["contentType"] !== undefined
  );
  if (!context.keepsVersion2 || own || String(element.fields["service"]).endsWith("@internal")) return names;
  const name = "detect-content-type";
  share(context, traefikObject(context, "Middleware", name, { contentType: {} }), undefined);
  return [name, ...names];
}

function routeTls(
  context: RouteContext,
  element: Element,
  entryPoints: readonly MappedEntryPoint[],
): Json | undefined {
  const tls = element.fields["tls"] as Json | undefined;
  if (tls === undefined) return externalTls(context, entryPoints);
  const certResolver = tls["certResolver"];
  const known = resolversOf(context.routing).map(({ name }) => name);
  if (certResolver !== undefined && !known.includes(String(certResolver))) {
    report(
      context,
      "warning",
      "traefik-resolver-unknown",
      element,
      `The certificate resolver "${certResolver}" of "${element.name}" is not in the static configuration: no certificate is fetched`,
      known.length === 0 ? "Define it" : `Correct the name: there are ${known.join(", ")}`,
    );
  }
  return compact({
    certResolver,
    domains: tls["domains"],
    options: tlsOptions(context, element, tls["options"]),
  });
}

/** A Traefik of one's own may have other TLS on its entry points than the stack's: the route says it itself. */
function externalTls(context: RouteContext, entryPoints: readonly MappedEntryPoint[]): Json | undefined {
  const [encrypted] = entryPoints.filter(({ hasTls }) => hasTls);
  if (context.decisions.mode === "bundled" || encrypted === undefined) return undefined;
  return compact({ certResolver: encrypted.certResolver });
}

/** A reference to a TLSOption; `default` needs none. */
export function tlsOptions(context: RouteContext, element: Element, reference: unknown): Json | undefined {
  if (typeof reference !== "string" || reference === "default") return undefined;
  const qualified = qualify(reference, element);
  const name = context.names.tlsOptions.get(qualified);
  if (name !== undefined) return { name };
  report(
    context,
    "error",
    "traefik-tls-option-unknown",
    element,
    `The TLS options "${qualified}" of "${element.name}" do not exist: Traefik disables the router`,
    "Correct the name: TLS options come from a dynamic file, so it is name@file",
  );
  return undefined;
}
