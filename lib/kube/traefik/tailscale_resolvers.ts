/** Certificate resolvers that ask Tailscale's daemon, which the cluster's Traefik cannot. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Element, Fields, Routing } from "../../traefik/routing.ts";
import { field, structField } from "../../traefik/static_configuration.ts";

/**
 * The routing without them. Tailscale's daemon gives certificates over its socket to root alone, or to the user that
 * `TS_PERMIT_CERT_UID` names: Traefik's pod has neither. Routers stay on TLS and have the default certificate.
 */
export function withoutTailscale(
  routing: Routing,
): { readonly routing: Routing; readonly findings: readonly Diagnostic[] } {
  const resolvers = structField(routing.static?.fields, "certificatesResolvers") ?? {};
  const names = Object.keys(resolvers).filter((name) =>
    structField(resolvers[name], "tailscale") !== undefined
  );
  const { static: fixed, http, tcp } = routing;
  if (names.length === 0 || fixed === undefined) return { routing, findings: [] };
  const each = (elements: ReadonlyMap<string, Element>): ReadonlyMap<string, Element> =>
    new Map([...elements].map(([key, element]) => [key, withoutResolver(element, names)]));
  return {
    routing: {
      ...routing,
      http: { ...http, routers: each(http.routers) },
      tcp: { ...tcp, routers: each(tcp.routers) },
      static: { ...fixed, fields: withoutDefaults(fixed.fields, names) },
    },
    findings: names.map((name) => ({
      code: "traefik-tailscale-resolver",
      severity: "warning",
      message:
        `The certificate resolver "${name}" asks Tailscale's daemon, which the cluster's Traefik cannot: ` +
        "its routers have the default certificate",
      ...(fixed.span === undefined ? {} : { span: fixed.span }),
      hint: "Give that certificate: tailscale cert writes one, and in decisions.yaml " +
        "traefik: { defaultCertificate: { certificate: FILE, key: FILE } }",
    })),
  };
}

function withoutResolver(element: Element, names: readonly string[]): Element {
  const tls = structField(element.fields["tls"]);
  return tls === undefined || !isOneOf(tls, names)
    ? element
    : { ...element, fields: { ...element.fields, tls: withoutKeys(tls, ["certresolver", "domains"]) } };
}

function isOneOf(tls: Fields, names: readonly string[]): boolean {
  const name = String(field(tls, "certResolver")).toLowerCase();
  return names.some((each) => each.toLowerCase() === name);
}

/** An entry point may name a resolver for its routers. */
function withoutDefaults(fields: Fields, names: readonly string[]): Fields {
  return inside(fields, "entrypoints", (entryPoints) =>
    Object.fromEntries(
      Object.entries(entryPoints).map(([name, entryPoint]) => [
        name,
        inside(entryPoint, "http", (http) =>
          inside(http, "tls", (tls) =>
            isOneOf(tls, names) ? withoutKeys(tls, ["certresolver", "domains"]) : tls)),
      ]),
    )) as Fields;
}

/** A struct with one of its own changed, whatever the case of its key. */
function inside(value: unknown, name: string, change: (inner: Fields) => unknown): unknown {
  const fields = structField(value);
  if (fields === undefined || typeof value === "string") return value;
  return Object.fromEntries(
    Object.entries(fields).map(([key, inner]) => {
      const struct = key.toLowerCase() === name && typeof inner !== "string" ? structField(inner) : undefined;
      return [key, struct === undefined ? inner : change(struct)];
    }),
  );
}

function withoutKeys(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !names.includes(key.toLowerCase())));
}
