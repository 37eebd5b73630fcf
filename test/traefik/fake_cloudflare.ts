/** The part of Cloudflare's API that ACME needs: zones by name, TXT records made and removed. */

export interface Cloudflare extends AsyncDisposable {
  /** Requests that were refused as they had no or another token. */
  readonly refused: () => number;
}

/** Serves one zone on a port of 127.0.0.1; records land in `texts`. */
export function serveCloudflare(
  zone: string,
  token: string,
  port: number,
  texts: Map<string, string[]>,
): Cloudflare {
  let refused = 0;
  const records = new Map<string, string>();
  const reply = (result: unknown, status = 200): Response =>
    Response.json({ success: status === 200, errors: [], messages: [], result }, { status });
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async (request) => {
    const url = new URL(request.url);
    if (request.headers.get("authorization") !== `Bearer ${token}`) {
      refused++;
      return reply(null, 403);
    }
    if (url.pathname.endsWith("/zones")) {
      return reply(url.searchParams.get("name") === zone ? [{ id: "zone-1", name: zone }] : []);
    }
    if (request.method === "POST" && url.pathname.endsWith("/zones/zone-1/dns_records")) {
      const { name, content } = await request.json() as { name: string; content: string };
      const id = `record-${records.size + 1}`;
      records.set(id, name);
      texts.set(name, [...texts.get(name) ?? [], content.replace(/^"|"$/g, "")]);
      return reply({ id, name, content, type: "TXT" });
    }
    const [, id = ""] = /\/dns_records\/(record-\d+)$/.exec(url.pathname) ?? [];
    texts.delete(records.get(id) ?? "");
    return reply({ id });
  });
  return { refused: () => refused, [Symbol.asyncDispose]: () => server.shutdown() };
}
