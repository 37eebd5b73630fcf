/** The static configuration as Traefik's command line: the one form that every version of its chart passes on. */
import type { Fields } from "../../traefik/routing.ts";
import { field, listField, structField, textField } from "../../traefik/static_configuration.ts";
import type { EntryPoints, MappedEntryPoint } from "./entry_points.ts";
import { encodesSemicolons, offersHttp3, toldPort } from "./entry_points.ts";

/** Top-level sections that are passed on as they are. */
const carried = [
  "accessLog",
  "log",
  "experimental",
  "metrics",
  "ping",
  "serversTransport",
  "tcpServersTransport",
  "tracing",
  "hostResolver",
  "core",
];

/** Sections whose place is taken by something of the cluster, and by what. */
export const replacedSections: Readonly<Record<string, string>> = {
  providers: "the Kubernetes provider: routes are objects of the cluster",
  api: "the chart's own dashboard settings, and the router to api@internal where the stack has one",
  entryPoints: "the chart's ports and arguments",
  certificatesResolvers: "arguments, with their storage on a volume",
  global: "the chart's own settings",
};

/** The sections of the static configuration that are not known here. */
export function unknownSections(fields: Fields): string[] {
  const known = [...carried, ...Object.keys(replacedSections)].map((name) => name.toLowerCase());
  return Object.keys(fields).filter((name) => !known.includes(name.toLowerCase()));
}

export interface ArgumentsInput {
  readonly fields: Fields;
  readonly entryPoints: EntryPoints;
  /** Whether semicolons in queries stay as they are, and requests may be read without a limit of time. */
  readonly keepsSemicolons: boolean;
  readonly keepsNoReadTimeout: boolean;
  /** The names that stand for a middleware of an entry point, with their provider in the cluster. */
  middlewareNames(entryPoint: string, reference: string): readonly string[];
  /** The name that stands for TLS options, with their provider in the cluster. */
  tlsOptionsName(entryPoint: string, reference: string): string;
}

/** All arguments but those of certificate resolvers. */
export function staticArguments(input: ArgumentsInput): string[] {
  const { fields, entryPoints } = input;
  const sections = carried.flatMap((name) => {
    const section = field(fields, name);
    if (section === undefined || name === "core") return [];
    return flatten(`--${name.toLowerCase()}`, section).map((argument) => onEntryPoint(argument, entryPoints));
  });
  const points = [...entryPoints.byName.values()].flatMap((entryPoint) =>
    entryPointArguments(entryPoint, input)
  );
  return [...points, ...sections, ...apiArguments(fields), ...throttleArguments(fields)];
}

/** What a route to `api@internal` shows, and where; whether the API is open without a route is the chart's matter. */
const OF_API = ["basePath", "debug", "disableDashboardAd"];

function apiArguments(fields: Fields): string[] {
  return OF_API.flatMap((name) => {
    const value = textField(fields, "api", name);
    return value === undefined ? [] : [`--api.${name.toLowerCase()}=${value}`];
  });
}

/** How long Traefik collects changes of routes is the one option of `providers` that is no provider's. */
function throttleArguments(fields: Fields): string[] {
  const duration = textField(fields, "providers", "providersThrottleDuration");
  return duration === undefined ? [] : [`--providers.providersthrottleduration=${duration}`];
}

/** An argument that names an entry point of the stack, with its name in the cluster. */
function onEntryPoint(argument: string, { byName }: EntryPoints): string {
  const [, flag, name = ""] = /^(--(?:ping|metrics\.prometheus)\.entrypoint=)(.*)$/.exec(argument) ?? [];
  const target = byName.get(name)?.target;
  return flag === undefined || target === undefined ? argument : `${flag}${target}`;
}

function entryPointArguments(
  entryPoint: MappedEntryPoint,
  input: ArgumentsInput,
): string[] {
  const isTcp = entryPoint.protocol === "tcp";
  const prefix = `--entrypoints.${entryPoint.target}`;
  const { http, ...rest } = lowerKeys(entryPoint.fields);
  const { address: _address, asdefault: _asDefault, ...other } = rest;
  const { tls: _tls, redirections, middlewares, encodequerysemicolons: _semicolons, ...httpRest } = lowerKeys(
    http,
  );
  const result = [...flattenFields(prefix, other), ...flattenFields(`${prefix}.http`, httpRest)];
  if (encodesSemicolons(entryPoint) === true || (input.keepsSemicolons && isTcp)) {
    result.push(`${prefix}.http.encodequerysemicolons=true`);
  }
  if (input.keepsNoReadTimeout && isTcp && readTimeout(entryPoint) === undefined) {
    result.push(`${prefix}.transport.respondingtimeouts.readtimeout=0`);
  }
  if (offersHttp3(entryPoint) && textField(entryPoint.fields, "http3", "advertisedPort") === undefined) {
    result.push(`${prefix}.http3.advertisedport=${toldPort(entryPoint)}`);
  }
  if (entryPoint.asDefault) result.push(`${prefix}.asdefault=true`);
  result.push(
    ...redirectionArguments(prefix, redirections, input.entryPoints),
    ...tlsArguments(prefix, entryPoint, input),
  );
  const names = listField({ middlewares }, "middlewares").flatMap((name) =>
    input.middlewareNames(entryPoint.name, name)
  );
  if (names.length > 0) result.push(`${prefix}.http.middlewares=${names.join(",")}`);
  return result;
}

/** What the stack says about the time in which a request has to be read. */
function readTimeout(entryPoint: MappedEntryPoint): string | undefined {
  return textField(entryPoint.fields, "transport", "respondingTimeouts", "readTimeout");
}

/** Redirections of an entry point name the port to which clients are sent: inside its pod Traefik listens on another. */
function redirectionArguments(prefix: string, redirections: unknown, entryPoints: EntryPoints): string[] {
  const redirect = structField(redirections, "entryPoint");
  if (redirect === undefined) return [];
  const { to, ...rest } = lowerKeys(redirect);
  const target = entryPoints.byName.get(String(to));
  const place = target === undefined ? String(to) : `:${toldPort(target)}`;
  return flattenFields(`${prefix}.http.redirections.entrypoint`, { to: place, ...rest });
}

function tlsArguments(prefix: string, entryPoint: MappedEntryPoint, input: ArgumentsInput): string[] {
  if (entryPoint.protocol === "udp") return [];
  if (!entryPoint.hasTls) return entryPoint.target === "websecure" ? [`${prefix}.http.tls=false`] : [];
  const { certresolver: _resolver, options, ...rest } = lowerKeys(entryPoint.tls);
  const resolver = entryPoint.certResolver;
  return [
    `${prefix}.http.tls=true`,
    ...(resolver === undefined ? [] : [`${prefix}.http.tls.certresolver=${resolver}`]),
    ...(options === undefined
      ? []
      : [`${prefix}.http.tls.options=${input.tlsOptionsName(entryPoint.name, String(options))}`]),
    ...flattenFields(`${prefix}.http.tls`, rest),
  ];
}

function lowerKeys(value: unknown): Record<string, unknown> {
  const fields = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key.toLowerCase(), inner]));
}

/** Options below which the keys are names that somebody gave, in their own letter case, and no fields. */
const NAMED =
  /\.(?:additionallabels|globalattributes|headerlabels|headers|localplugins|names|plugins|resourceattributes)$/;

/** The fields of a struct as flags; an empty struct gives none. */
function flattenFields(prefix: string, fields: Readonly<Record<string, unknown>>): string[] {
  const isNamed = NAMED.test(prefix) && !prefix.endsWith("accesslog.fields.headers");
  return Object.entries(fields).flatMap(([key, value]) =>
    flatten(`${prefix}.${isNamed ? key : key.toLowerCase()}`, value)
  );
}

/** A value as flags: `--a.b=value`, lists of scalars with commas, lists of structs by index, `=true` for `{}`. */
export function flatten(prefix: string, value: unknown): string[] {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== "object")) return [`${prefix}=${value.join(",")}`];
    return value.flatMap((item, index) => flatten(`${prefix}[${index}]`, item));
  }
  if (value === null || typeof value !== "object") return [`${prefix}=${value}`];
  return Object.keys(value).length === 0
    ? [`${prefix}=true`]
    : flattenFields(prefix, value as Record<string, unknown>);
}
