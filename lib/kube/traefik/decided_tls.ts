/** What decisions change about TLS before anything is converted: no certificates fetched, strictness about names. */
import type { Element, ElementSection, Fields, Routing } from "../../traefik/routing.ts";
import type { TraefikDecisions } from "../../decisions/traefik.ts";

type Elements = ReadonlyMap<string, Element>;

/** The routing as decided; the same object where nothing is. */
export function withDecidedTls(routing: Routing, decisions: TraefikDecisions): Routing {
  const strict = decisions.sniStrict === undefined ? routing : withStrictness(routing, decisions.sniStrict);
  return decisions.acme ? strict : withoutResolvers(strict);
}

/** Routers stay on TLS, and nobody is asked for a certificate: the default one is served. */
function withoutResolvers(routing: Routing): Routing {
  const section = (all: ElementSection): ElementSection => ({
    ...all,
    routers: each(all.routers, unresolved),
  });
  const fixed = routing.static;
  return {
    ...routing,
    http: section(routing.http),
    tcp: section(routing.tcp),
    ...(fixed === undefined ? {} : {
      static: { ...fixed, fields: without(fixed.fields, "certificatesresolvers") },
    }),
  };
}

function unresolved(element: Element): Element {
  const { tls } = element.fields;
  if (tls === null || typeof tls !== "object") return element;
  // `domains` only says what to ask a resolver for.
  const rest = without(without(tls as Fields, "certresolver"), "domains");
  return { ...element, fields: { ...element.fields, tls: rest } };
}

function withStrictness(routing: Routing, sniStrict: boolean): Routing {
  const options = each(routing.tls.options, (element) => ({
    ...element,
    fields: { ...without(element.fields, "snistrict"), sniStrict },
  }));
  return { ...routing, tls: { ...routing.tls, options } };
}

function each(elements: Elements, change: (element: Element) => Element): Elements {
  return new Map([...elements].map(([name, element]) => [name, change(element)]));
}

/** Traefik's keys are the same in any letter case. */
function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key.toLowerCase() !== name));
}
