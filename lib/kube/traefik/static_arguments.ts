/** The static configuration as Traefik's command line: the one form that every version of its chart passes on. */
import type { Fields } from "../../traefik/routing.ts";
import { field, structField } from "../../traefik/static_configuration.ts";
import type { EntryPoints, MappedEntryPoint } from "./entry_points.ts";
import { encodesSemicolons } from "./entry_points.ts";

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

/** All arguments but those of certificate resolvers. */
export function staticArguments(fields: Fields, entryPoints: EntryPoints, keepsVersion2: boolean): string[] {
  const sections = carried.flatMap((name) => {
    const section = field(fields, name);
    if (section === undefined || name === "core") return [];
    return flatten(`--${name.toLowerCase()}`, section);
  });
  const points = [...entryPoints.byName.values()].flatMap((entryPoint) =>
    entryPointArguments(entryPoint, entryPoints, keepsVersion2)
  );
  return [...points, ...sections];
}

function entryPointArguments(
  entryPoint: MappedEntryPoint,
  entryPoints: EntryPoints,
  keepsVersion2: boolean,
): string[] {
  const prefix = `--entrypoints.${entryPoint.target}`;
  const { http, ...rest } = lowerKeys(entryPoint.fields);
  const { address: _address, asdefault: _asDefault, ...other } = rest;
  const { tls: _tls, redirections, middlewares, encodequerysemicolons: _semicolons, ...httpRest } = lowerKeys(
    http,
  );
  const result = [...flatten(prefix, other), ...flatten(`${prefix}.http`, httpRest)];
  if (encodesSemicolons(entryPoint) === true || (keepsVersion2 && entryPoint.protocol === "tcp")) {
    result.push(`${prefix}.http.encodequerysemicolons=true`);
  }
  if (entryPoint.asDefault) result.push(`${prefix}.asdefault=true`);
  result.push(
    ...redirectionArguments(prefix, redirections, entryPoints),
    ...tlsArguments(prefix, entryPoint),
  );
  if (middlewares !== undefined) result.push(...flatten(`${prefix}.http.middlewares`, middlewares));
  return result;
}

function redirectionArguments(prefix: string, redirections: unknown, entryPoints: EntryPoints): string[] {
  const redirect = structField(redirections, "entryPoint");
  if (redirect === undefined) return [];
  const { to, ...rest } = lowerKeys(redirect);
  const target = entryPoints.byName.get(String(to))?.target ?? String(to);
  return flatten(`${prefix}.http.redirections.entrypoint`, { to: target, ...rest });
}

function tlsArguments(prefix: string, entryPoint: MappedEntryPoint): string[] {
  if (entryPoint.protocol === "udp") return [];
  if (!entryPoint.hasTls) return entryPoint.target === "websecure" ? [`${prefix}.http.tls=false`] : [];
  const { certresolver: _resolver, ...rest } = lowerKeys(entryPoint.tls);
  const resolver = entryPoint.certResolver;
  return [
    `${prefix}.http.tls=true`,
    ...(resolver === undefined ? [] : [`${prefix}.http.tls.certresolver=${resolver}`]),
    ...flatten(`${prefix}.http.tls`, rest),
  ];
}

function lowerKeys(value: unknown): Record<string, unknown> {
  const fields = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key.toLowerCase(), inner]));
}

/** Nested fields as flags: `--a.b.c=value`, lists of scalars with commas, lists of structs by index. */
export function flatten(prefix: string, value: unknown): string[] {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== "object")) return [`${prefix}=${value.join(",")}`];
    return value.flatMap((item, index) => flatten(`${prefix}[${index}]`, item));
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value);
    if (entries.length === 0) return [`${prefix}=true`];
    return entries.flatMap(([key, inner]) => flatten(`${prefix}.${key.toLowerCase()}`, inner));
  }
  return [`${prefix}=${value}`];
}
