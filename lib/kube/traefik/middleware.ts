/** HTTP middlewares as Middleware objects; users, passwords and certificates as Secrets beside them. */
import type { Element, Fields } from "../../traefik/routing.ts";
import { wholeUnits } from "../../traefik/duration.ts";
import { hasField, knownFields } from "./newer_fields.ts";
import { compact, report, type RouteContext, share, traefikObject } from "./context.ts";
import { httpServices } from "./http_service.ts";
import { calledAddress, insideAddresses, isLoopbackAddress } from "./inside_address.ts";
import { middlewareHeaders } from "./middleware_headers.ts";
import { clientTls, credentials, users } from "./middleware_secrets.ts";
import { middlewareReferences } from "./middleware_references.ts";
import { checkedAddress } from "./own_names.ts";
import { pluginSecrets, reportSecretFields } from "./route_secrets.ts";
import { type Json } from "../../values/json.ts";

/** Converts one kind's fields to the CRD's; undefined where that cannot be (a finding says why). */
type Converter = (context: RouteContext, element: Element, fields: Json, name: string) => Json | undefined;

const same: Converter = (_context, _element, fields) => fields;

/** Fields that the CRD spells the same are passed on; the others have a converter. */
const converters: Readonly<Record<string, Converter>> = {
  // Traefik puts the slash before it that the cluster's definition asks for (pkg/middlewares/addprefix).
  addPrefix: (_context, _element, fields) =>
    typeof fields["prefix"] === "string"
      ? { ...fields, prefix: fields["prefix"].replace(/^(?!\/)/, "/") }
      : fields,
  stripPrefix: (context, _element, fields) =>
    context.keepsVersion2 && fields["forceSlash"] === undefined ? { ...fields, forceSlash: true } : fields,
  stripPrefixRegex: same,
  replacePath: same,
  replacePathRegex: same,
  chain: (context, element, fields) => {
    const names = middlewareReferences(context, element, (fields["middlewares"] ?? []) as readonly string[]);
    return names && { middlewares: names.map((name) => ({ name })) };
  },
  ipWhiteList: same,
  ipAllowList: same,
  headers: middlewareHeaders,
  errors: (context, element, fields) => {
    const services = httpServices(context, String(fields["service"] ?? ""), element);
    const [service, ...others] = services ?? [];
    if (service === undefined) return undefined;
    if (others.length === 0 && service["kind"] === undefined) return { ...fields, service };
    report(
      context,
      "error",
      "traefik-errors-service",
      element,
      `The middleware "${element.name}" takes its pages from a service that is not one Service of the cluster`,
      "Let it take them from a service with one backend",
    );
    return undefined;
  },
  rateLimit: (context, element, fields, name) => {
    const redis = fields["redis"] as Json | undefined;
    const limits = withWholeUnits(fields, ["period"]);
    if (redis === undefined) return limits;
    const { username, password, tls, endpoints, ...others } = redis;
    const called = ((endpoints ?? []) as readonly string[]).map((endpoint) =>
      calledAddress(context, element, endpoint, `the middleware "${element.name}"`)
    );
    const rest = withWholeUnits({ ...(endpoints === undefined ? {} : { endpoints: called }), ...others }, [
      "readTimeout",
      "writeTimeout",
      "dialTimeout",
    ]);
    const secret = credentials(context, element, `${name}-redis`, { username, password });
    const converted = tls === undefined
      ? undefined
      : clientTls(context, element, `${name}-redis`, tls as Json);
    return { ...limits, redis: compact({ ...rest, secret, tls: converted }) };
  },
  redirectRegex: same,
  redirectScheme: same,
  basicAuth: users,
  digestAuth: users,
  forwardAuth: (context, element, fields, name) => {
    const tls = fields["tls"] as Json | undefined;
    const written = String(fields["address"] ?? "");
    const inside = calledAddress(context, element, written, `the middleware "${element.name}"`);
    return compact({
      ...fields,
      address: checkedAddress(context, written, inside, tls),
      tls: tls === undefined ? undefined : clientTls(context, element, name, tls),
    });
  },
  inFlightReq: same,
  buffering: same,
  encodedCharacters: same,
  circuitBreaker: (_context, _element, fields) =>
    withWholeUnits(fields, ["checkPeriod", "fallbackDuration", "recoveryDuration"]),
  compress: (context, _element, fields) =>
    context.keepsVersion2 && isDefaultEncodings(fields["encodings"])
      ? { ...fields, encodings: ["gzip"] }
      : fields,
  passTLSClientCert: same,
  retry: (_context, _element, fields) => withWholeUnits(fields, ["initialInterval", "timeout"]),
  contentType: (context, element, fields) => {
    if (fields["autoDetect"] !== undefined) {
      report(
        context,
        "info",
        "traefik-field-obsolete",
        element,
        `The field "autoDetect" of the middleware "${element.name}" does nothing since Traefik 3: its presence alone detects`,
        "Remove the field",
      );
    }
    return {};
  },
  grpcWeb: same,
  plugin: (context, element, fields, name) => {
    report(
      context,
      "info",
      "traefik-plugin",
      element,
      `The middleware "${element.name}" uses plugins, which the cluster's Traefik loads from experimental.plugins`,
      "Keep them in the static configuration: they are carried over to the bundled Traefik",
    );
    reportPluginFiles(context, element, fields);
    reportPluginLoopback(context, element, fields);
    return pluginSecrets(context, element, insideAddresses(context, element, fields) as Json, name);
  },
};

/** Keys of plugins whose value is a file. */
const FILE_KEY = /file|(cert|key|ca|secret|database|db)_?path$/i;

/** What a plugin does with an address is not known: it may call it, or compare it with what a browser sends. */
function reportPluginLoopback(context: RouteContext, element: Element, fields: Json): void {
  for (const text of new Set(textsIn(fields).filter(isLoopbackAddress))) {
    report(
      context,
      "warning",
      "traefik-loopback",
      element,
      `The plugin "${element.name}" is given "${text}" as it is written; where it calls that, it is Traefik's own pod in ` +
        "the cluster",
      "Name the compose service, or the machine by the node's address",
    );
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsIn) : [];
}

/** A file of the stack's Traefik is not in the cluster's: the plugin would not start, or let everybody in. */
function reportPluginFiles(context: RouteContext, element: Element, fields: Json): void {
  for (const [key, value] of Object.entries(fields)) {
    if (value !== null && typeof value === "object") {
      reportPluginFiles(context, element, value as Json);
    } else if (typeof value === "string" && value.startsWith("/") && FILE_KEY.test(key)) {
      report(
        context,
        "question",
        "traefik-plugin-file",
        element,
        `"${key}" of the middleware "${element.name}" is the file "${value}", which the cluster's Traefik does not have`,
        "Give the plugin the value itself where it takes one, or mount the file by the chart's values for volumes",
      );
    }
  }
}

function withWholeUnits(fields: Json, names: readonly string[]): Json {
  return Object.fromEntries(
    Object.entries(fields).map((
      [name, value],
    ) => [name, names.includes(name) ? wholeUnits(String(value)) : value]),
  );
}

function isDefaultEncodings(encodings: unknown): boolean {
  return JSON.stringify(encodings) === JSON.stringify(["gzip", "br", "zstd"]);
}

/** Converts a middleware; the names that stand for it are noted in the context. */
export function convertMiddleware(context: RouteContext, element: Element, name: string): void {
  if (context.httpMiddlewares.has(element.name)) return;
  const kinds = Object.entries(element.fields);
  const [first] = kinds;
  if (first === undefined || kinds.length > 1) {
    const reason = first === undefined ? "no type" : "several types";
    report(
      context,
      "warning",
      "traefik-middleware-invalid",
      element,
      `The middleware "${element.name}" has ${reason}: Traefik disables every router that uses it`,
      first === undefined
        ? `Write "true" to switch it on, or take it out of the routers`
        : "Make one middleware of each",
    );
    return;
  }
  const [kind, written] = first;
  const isThere = hasField(context, element, `Middleware.spec.${kind}`, {
    what: `The middleware "${element.name}" of the type "${kind}"`,
    path: kind,
    without: "what uses it stays closed",
  });
  if (!isThere) return;
  const fields = knownFields(context, element, `Middleware.spec.${kind}`, written as Fields);
  const spec = converters[kind]?.(context, element, fields, name);
  if (spec === undefined) return;
  reportSecretFields(context, element, spec);
  const redirect = kind === "headers" ? sslRedirect(context, element, fields, name) : [];
  share(context, traefikObject(context, "Middleware", name, { [kind]: spec }), element.span);
  context.httpMiddlewares.set(element.name, [...redirect, name]);
}

/** Headers of Traefik 2 could redirect to HTTPS: a redirectScheme in front of them does it now. */
function sslRedirect(context: RouteContext, element: Element, fields: Json, name: string): string[] {
  if (!context.keepsVersion2 || fields["sslRedirect"] !== true) return [];
  const redirect = `${name}-ssl`;
  share(
    context,
    traefikObject(context, "Middleware", redirect, {
      redirectScheme: { scheme: "https", permanent: fields["sslTemporaryRedirect"] !== true },
    }),
    element.span,
  );
  return [redirect];
}
