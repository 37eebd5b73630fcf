/** Our routing in the form of Traefik's own dynamic configuration of one provider, for comparison. */
import type { Element, Routing } from "../../lib/traefik/routing.ts";

type Json = Record<string, unknown>;

/** The elements of a provider, without its suffix; empty sections are left out, as in Traefik's JSON. */
export function providerConfiguration(routing: Routing, provider: string): Json {
  const section = (elements: ReadonlyMap<string, Element>): Json =>
    Object.fromEntries(
      [...elements.values()]
        .filter(({ name }) => name.endsWith(`@${provider}`))
        .map(({ name, fields }) => [name.slice(0, -provider.length - 1), fields]),
    );
  const sections = (value: Record<string, ReadonlyMap<string, Element>>): Json =>
    withoutEmpty(
      Object.fromEntries(Object.entries(value).map(([name, elements]) => [name, section(elements)])),
    );
  return withoutEmpty({
    http: sections({ ...routing.http }),
    tcp: sections({ ...routing.tcp }),
    udp: sections({ ...routing.udp }),
    tls: sections({ stores: routing.tls.stores, options: routing.tls.options }),
  });
}

/** Leaves out empty objects, one level deep. */
export function withoutEmpty(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) =>
      inner === null || typeof inner !== "object" || Object.keys(inner).length > 0
    ),
  );
}

/** The same, for what Traefik logged. */
export function normalizedConfiguration(configuration: Json): Json {
  return withoutEmpty(
    Object.fromEntries(
      Object.entries(configuration).map(([name, value]) => [name, withoutEmpty(value as Json)]),
    ),
  );
}
