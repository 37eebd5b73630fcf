/** Backends that say who they are and what reached them; each listens on an address of its own. */

export interface Backend {
  /** Such as `faf-website:3000`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Headers that Traefik sets or that a middleware may change: part of the answer. */
const shownHeaders = [
  "host",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-real-ip",
  "authorization",
  "accept-encoding",
];

/** Starts all of them. */
export function serveBackends(backends: readonly Backend[]): AsyncDisposable {
  const servers = backends.map(({ name, address, port }) =>
    Deno.serve({ hostname: address, port, onListen: () => {} }, (request) => answer(name, request))
  );
  return {
    [Symbol.asyncDispose]: async () => void await Promise.all(servers.map((server) => server.shutdown())),
  };
}

/** Long enough that compression is worth while. */
const padding = "0123456789abcdef".repeat(128);

function answer(name: string, request: Request): Response {
  const url = new URL(request.url);
  const seen = {
    backend: name,
    method: request.method,
    path: url.pathname,
    query: url.search,
    headers: Object.fromEntries(shownHeaders.map((header) => [header, request.headers.get(header)])),
  };
  const headers = new Headers({ "X-Backend": name });
  if (!url.pathname.endsWith("/untyped")) headers.set("Content-Type", "text/plain; charset=utf-8");
  const body = new TextEncoder().encode(`${JSON.stringify(seen)}\n${padding}\n`);
  return new Response(request.method === "HEAD" ? null : body, { headers });
}
