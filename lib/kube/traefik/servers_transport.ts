/** Servers transports of HTTP and TCP as ServersTransport and ServersTransportTCP. */
import type { Element } from "../../traefik/routing.ts";
import { wholeUnits } from "../../traefik/duration.ts";
import { field } from "../../traefik/static_configuration.ts";
import { label } from "../../stack/names.ts";
import { knownFields } from "./newer_fields.ts";
import { compact, report, type RouteContext, share, traefikObject } from "./context.ts";
import { isPem, shareSecret } from "./middleware_secrets.ts";
import { type Json } from "../../values/json.ts";

/** Converts all of them. */
export function convertServersTransports(context: RouteContext): void {
  for (const element of context.routing.http.serversTransports.values()) {
    const name = context.names.httpTransports.get(element.name) ?? "transport";
    share(
      context,
      traefikObject(
        context,
        "ServersTransport",
        name,
        client(
          context,
          element,
          knownFields(context, element, "ServersTransport.spec", element.fields),
          name,
        ),
      ),
      element.span,
    );
  }
  for (const element of context.routing.tcp.serversTransports.values()) {
    const name = context.names.tcpTransports.get(element.name) ?? "transport-tcp";
    const { tls, ...rest } = element.fields;
    const spec = compact({
      ...withWholeUnits(rest, (field) => durations.has(field)),
      tls: tls === undefined ? undefined : client(context, element, tls as Json, `${name}-tcp`),
    });
    share(context, traefikObject(context, "ServersTransportTCP", name, spec), element.span);
  }
}

/**
 * The transport by which a server is called over TLS whose certificate has the host that its URL names: the cluster's
 * Traefik calls pods by their addresses, so the name to check is written into a transport of its own.
 *
 * @param name of the transport that the service names, in the cluster; undefined where it names none
 */
export function transportFor(
  context: RouteContext,
  name: string | undefined,
  host: string,
): string | undefined {
  const { namespace, routing, shared } = context;
  const planned = shared.get(`ServersTransport/${namespace}/${name}`);
  // Without a transport public authorities are trusted, who certify no name without a dot.
  const isUsual = name === undefined && host.includes(".") &&
    field(routing.static?.fields, "serversTransport") === undefined;
  if (planned === undefined && !isUsual) return name;
  const spec = (planned?.object["spec"] ?? {}) as Json;
  if (spec["insecureSkipVerify"] === true || spec["serverName"] !== undefined) return name;
  const own = label(`${name ?? "transport"}-${host}`);
  share(
    context,
    traefikObject(context, "ServersTransport", own, { ...spec, serverName: host }),
    planned?.source,
  );
  return own;
}

/** Fields of HTTP and TCP transports that are durations. */
const durations = new Set(["dialTimeout", "dialKeepAlive", "terminationDelay"]);

function withWholeUnits(fields: Json, isDuration: (name: string) => boolean): Json {
  return Object.fromEntries(
    Object.entries(fields).map((
      [name, value],
    ) => [name, isDuration(name) ? wholeUnits(String(value)) : value]),
  );
}

function client(context: RouteContext, element: Element, fields: Json, name: string): Json {
  const { rootCAs, certificates, forwardingTimeouts: timeouts, ...rest } = fields;
  const authorities = ((rootCAs ?? []) as readonly string[]).flatMap((text, index) =>
    secretOf(context, element, `${name}-root-${index}`, "Opaque", { "ca.crt": text })
  );
  const secrets = ((certificates ?? []) as readonly { certFile?: string; keyFile?: string }[]).flatMap((
    pair,
    index,
  ) =>
    secretOf(context, element, `${name}-client-${index}`, "kubernetes.io/tls", {
      "tls.crt": pair.certFile ?? "",
      "tls.key": pair.keyFile ?? "",
    })
  );
  return compact({
    ...rest,
    forwardingTimeouts: timeouts === undefined ? undefined : withWholeUnits(timeouts as Json, () => true),
    rootCAs: authorities.length === 0 ? undefined : authorities.map((secret) => ({ secret })),
    certificatesSecrets: secrets.length === 0 ? undefined : secrets,
  });
}

function secretOf(
  context: RouteContext,
  element: Element,
  name: string,
  type: string,
  texts: Readonly<Record<string, string>>,
): string[] {
  if (Object.values(texts).every(isPem)) {
    shareSecret(context, element, name, type, texts);
    return [name];
  }
  report(
    context,
    "error",
    "traefik-certificate-file",
    element,
    `A certificate of "${element.name}" could not be read, and the cluster's Traefik does not have its path`,
    "Run this where the file lies, or write the certificate itself (PEM) in its place",
  );
  return [];
}
