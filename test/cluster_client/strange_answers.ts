/** What may stand at an API server's address, and how it answers: real answers of a real server on loopback. */

/** An answer that is none, and what is to be said of it. */
export interface Strange {
  readonly answer: () => Response;
  readonly said: RegExp;
  /** It takes its time to be read as far as it is read. */
  readonly isLarge?: boolean;
}

const HTML = "<!doctype html><title>Log in</title><p>SECRET-OF-THE-PAGE";

function text(body: string, type: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { "content-type": type, ...headers } });
}

function json(body: string): Response {
  return text(body, "application/json");
}

/** A body without an end, as fast as it is read; tells of each piece how long it is. */
export function endless(begin: string, more: string, sent: (bytes: number) => void = () => {}): Response {
  const encoder = new TextEncoder();
  const piece = encoder.encode(more.repeat(Math.ceil(65_536 / more.length)));
  let isBegun = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller): void {
      controller.enqueue(isBegun ? piece : encoder.encode(begin));
      sent(piece.byteLength);
      isBegun = true;
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

/** An object of 80 MiB in 80 KiB. */
function packed(): Response {
  const encoder = new TextEncoder();
  const piece = encoder.encode("x".repeat(1024 ** 2));
  let pieces = 0;
  const plain = new ReadableStream<BufferSource>({
    pull(controller): void {
      if (pieces++ === 80) return controller.close();
      controller.enqueue(pieces === 1 ? encoder.encode('{"a":"') : piece);
    },
  });
  return new Response(plain.pipeThrough(new CompressionStream("gzip")), {
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
  });
}

/** By name. Each is final: asking again brings the same. */
export const STRANGE: Readonly<Record<string, Strange>> = {
  "a redirect": {
    answer: () => text("", "text/html", 307, { location: "https://user:SECRET@login.example/sso?t=SECRET" }),
    said: /HTTP 307 .*leads to https:\/\/login\.example\/sso"?$/m,
  },
  "a redirect to nowhere": { answer: () => new Response(null, { status: 301 }), said: /HTTP 301/ },
  "HTTP where HTTPS is spoken": {
    answer: () => text("Client sent an HTTP request to an HTTPS server.\n", "text/plain", 400),
    said: /HTTP 400 .*HTTP request to an HTTPS server/,
  },
  "a plain 400": { answer: () => text("SECRET", "text/plain", 400), said: /HTTP 400/ },
  "a page of 403": { answer: () => text(HTML, "text/html", 403), said: /HTTP 403/ },
  "a page of 404": { answer: () => text(HTML, "text/html", 404), said: /HTTP 404/ },
  "a plain 500": { answer: () => text("SECRET", "text/plain", 500), said: /HTTP 500/ },
  "an odd status of JSON": {
    answer: () => new Response('{"status":"error","message":5,"reason":[]}', { status: 418 }),
    said: /HTTP 418/,
  },
  "a page": { answer: () => text(HTML, "text/html"), said: /HTTP 200 and no object/ },
  "a word": { answer: () => text("ok", "text/plain"), said: /HTTP 200 and no object/ },
  "null": { answer: () => json("null"), said: /HTTP 200 and no object/ },
  "an array": { answer: () => json("[]"), said: /HTTP 200 and no object/ },
  "a number": { answer: () => json("5"), said: /HTTP 200 and no object/ },
  "an empty object": { answer: () => json("{}"), said: /an empty object/ },
  "another kind": {
    answer: () => json('{"kind":"Potato","apiVersion":"v1","metadata":{"name":"a"}}'),
    said: /an object of kind "Potato"/,
  },
  "another program's JSON": { answer: () => json('{"data":{"key":"SECRET"}}'), said: /without a kind/ },
  "metadata that is none": {
    answer: () => json('{"kind":"Secret","apiVersion":"v1","metadata":5,"items":7}'),
    said: /an object of kind "Secret"/,
  },
  "labels that are none": {
    answer: () =>
      json('{"kind":"List","apiVersion":"v1","metadata":{"name":"a","labels":{"a":[1]}},"items":[1]}'),
    said: /an object of kind "List"/,
  },
  "text without an end": { answer: () => endless("", "x"), said: /HTTP 200 and no object/ },
  "an object without an end": {
    answer: () => endless('{"a":"', "x"),
    said: /more than 64 MiB/,
    isLarge: true,
  },
  "a small packet of a large body": { answer: packed, said: /more than 64 MiB/, isLarge: true },
};

/** Complete answers whose JSON breaks off: asked for again, a few times. */
export const BROKEN: Readonly<Record<string, () => Response>> = {
  "nothing": () => json(""),
  "JSON that breaks off": () => json('{"kind":"Secret","data":{"key":"SECRET'),
};

/** A server that counts, on loopback. */
export interface Counted extends AsyncDisposable {
  readonly address: string;
  readonly seen: readonly string[];
}

/** Starts a server that answers every request so. */
export function serve(answer: (request: Request, count: number) => Response | Promise<Response>): Counted {
  const seen: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => undefined }, (request) => {
    seen.push(`${request.method} ${new URL(request.url).pathname}`);
    return answer(request, seen.length);
  });
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
