/**
 * Traefik's runtime configuration (`/api/rawdata`) as a graph without names: each router with the contents of what it
 * refers to, so that a stack before and after the move can be compared.
 */

type Json = Record<string, unknown>;

export interface GraphOptions {
  /** Entry points by their common name. */
  readonly entryPoints: Readonly<Record<string, string>>;
  /** What a router is on that names none, where Traefik has not filled them in. */
  readonly defaultEntryPoints?: readonly string[];
  /** Addresses of backends to their names. */
  readonly backends: ReadonlyMap<string, string>;
}

/** A router with everything it leads to; two equal ones have equal texts. */
export interface GraphRouter {
  readonly name: string;
  readonly content: unknown;
}

/** Routers of the given providers, ordered by their content. */
export function routerGraph(
  rawdata: Json,
  options: GraphOptions,
  providers: readonly string[],
): GraphRouter[] {
  const routers = Object.entries((rawdata["routers"] ?? {}) as Record<string, Json>)
    .filter(([name]) => providers.some((provider) => name.endsWith(`@${provider}`)))
    .map(([name, router]) => ({ name, content: routerContent(rawdata, options, name, router) }));
  return routers.sort((left, right) => canonicalText(left.content) < canonicalText(right.content) ? -1 : 1);
}

/** Elements that Traefik reports as broken, with its reason. */
export function brokenElements(rawdata: Json, provider: string): string[] {
  return ["routers", "services", "middlewares", "tcpRouters", "tcpServices", "udpRouters", "udpServices"]
    .flatMap((section) =>
      Object.entries((rawdata[section] ?? {}) as Record<string, Json>)
        .filter(([name, element]) =>
          name.endsWith(`@${provider}`) && (element["status"] !== "enabled" || element["error"] !== undefined)
        )
        .map(([name, element]) =>
          `${section} ${name}: ${JSON.stringify(element["error"] ?? element["status"])}`
        )
    );
}

function routerContent(rawdata: Json, options: GraphOptions, name: string, router: Json): unknown {
  const provider = name.slice(name.lastIndexOf("@") + 1);
  const { using: _using, status: _status, service, middlewares, entryPoints, tls, ...rest } = router;
  return {
    ...rest,
    ruleSyntax: undefined,
    entryPoints: ((entryPoints ?? options.defaultEntryPoints ?? []) as string[]).map((entryPoint) =>
      options.entryPoints[entryPoint] ?? entryPoint
    )
      .sort(),
    tls: tls === undefined ? undefined : { ...tls as Json, options: undefined },
    middlewares: ((middlewares ?? []) as string[]).flatMap((reference) =>
      middlewareContent(rawdata, options, qualified(reference, provider))
    ),
    service: serviceContent(rawdata, options, qualified(String(service), provider)),
  };
}

function qualified(reference: string, provider: string): string {
  return reference.includes("@") ? reference : `${reference}@${provider}`;
}

/** A chain is what it chains. */
function middlewareContent(rawdata: Json, options: GraphOptions, name: string): unknown[] {
  const found = ((rawdata["middlewares"] ?? {}) as Record<string, Json>)[name];
  if (found === undefined) return [{ missing: name }];
  const { status: _status, usedBy: _usedBy, ...content } = found;
  const provider = name.slice(name.lastIndexOf("@") + 1);
  const chain = content["chain"] as { middlewares?: string[] } | undefined;
  if (chain !== undefined) {
    return (chain.middlewares ?? []).flatMap((reference) =>
      middlewareContent(rawdata, options, qualified(reference, provider))
    );
  }
  const errors = content["errors"] as Json | undefined;
  if (errors === undefined) return [content];
  return [{
    errors: {
      ...errors,
      service: serviceContent(rawdata, options, qualified(String(errors["service"]), provider)),
    },
  }];
}

function serviceContent(rawdata: Json, options: GraphOptions, name: string): unknown {
  if (name.endsWith("@internal")) return name;
  const found = ((rawdata["services"] ?? {}) as Record<string, Json>)[name];
  if (found === undefined) return { missing: name };
  const { status: _status, usedBy: _usedBy, serverStatus: _serverStatus, ...content } = found;
  const provider = name.slice(name.lastIndexOf("@") + 1);
  const weighted = content["weighted"] as { services?: { name: string; weight?: number }[] } | undefined;
  if (weighted !== undefined) {
    const services = (weighted.services ?? []).map((service) => ({
      weight: service.weight,
      service: serviceContent(rawdata, options, qualified(service.name, provider)),
    }));
    return { weighted: { ...weighted, services } };
  }
  const mirroring = content["mirroring"] as {
    service?: string;
    mirrors?: { name: string; percent?: number }[];
  } | undefined;
  if (mirroring !== undefined) {
    const inner = (reference: string): unknown =>
      serviceContent(rawdata, options, qualified(reference, provider));
    const mirrors = (mirroring.mirrors ?? []).map(({ name: mirror, percent }) => ({
      percent,
      service: inner(mirror),
    }));
    return { mirroring: { ...mirroring, mirrors, service: inner(mirroring.service ?? "") } };
  }
  const balancer = content["loadBalancer"] as Json | undefined;
  if (balancer === undefined) return content;
  const servers = ((balancer["servers"] ?? []) as Json[]).map((server) => ({
    ...server,
    url: String(server["url"]).replace(
      /\/\/([^/]+)/,
      (_, address: string) => `//${options.backends.get(address) ?? address}`,
    ),
  }));
  return { loadBalancer: { ...balancer, servers } };
}

/** JSON with its keys in order and without what is undefined. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  );
}
