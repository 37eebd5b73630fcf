/** Stands between the runner and the API server and does harm to chosen requests. Listens on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Buffer } from "node:buffer";
import type { Connection } from "../../lib/cluster/connection.ts";

/** What is done to one request. `commit` sends it to the server and returns its answer. */
export type Harm = (exchange: Exchange) => Promise<void>;

/** One request on its way. */
export interface Exchange {
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly response: ServerResponse;
  commit(): Promise<Answer>;
  pass(answer: Answer): Promise<void>;
  /** The lines of the server's stream, for a watch. */
  events(): AsyncIterable<string>;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
}

/** Chooses the harm for a request, or undefined to let it pass. Watches are numbered apart. */
export type Choose = (request: {
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
  /** Whether it would change something. */
  readonly isWrite: boolean;
  readonly body: string;
}) => Harm | undefined;

export interface Proxy {
  readonly url: string;
  /** Requests seen, without watches. */
  readonly count: () => number;
  readonly watches: () => number;
  /** Of these, writes. */
  readonly writes: () => number;
  /** Harms done. */
  readonly harmed: () => number;
  close(): Promise<void>;
}

/** Starts the proxy in front of a connection. */
export async function startProxy(upstream: Connection, choose: Choose): Promise<Proxy> {
  let count = 0;
  let watches = 0;
  let writes = 0;
  let harmed = 0;
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const path = request.url ?? "/";
    const isWatch = path.includes("watch=true");
    const index = isWatch ? ++watches : ++count;
    const body = await readBody(request);
    const isWrite = method !== "GET" && !path.endsWith("reviews") && !path.includes("dryRun=All");
    if (isWrite) writes++;
    const harm = choose({ index, method, path, isWatch, isWrite, body: new TextDecoder().decode(body) });
    const commit = (): Promise<Answer> => forward(upstream, method, path, request, body);
    const pass = (answer: Answer): Promise<void> => reply(response, answer);
    if (harm !== undefined) {
      harmed++;
      const events = (): AsyncIterable<string> => linesOf(upstream, path, request, response);
      return await harm({ index, method, path, response, commit, pass, events });
    }
    if (isWatch) return await stream(upstream, path, request, response);
    await pass(await commit());
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // The edge: a listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => count,
    watches: () => watches,
    writes: () => writes,
    harmed: () => harmed,
    close: () => closeServer(server),
  };
}

async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return new Uint8Array(Buffer.concat(chunks));
}

async function ask(
  upstream: Connection,
  method: string,
  path: string,
  request: IncomingMessage,
  body?: Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<Response> {
  const type = request.headers["content-type"];
  return await fetch(`${upstream.server}${path}`, {
    method,
    client: upstream.transport,
    headers: {
      ...(await upstream.authorize(false)),
      accept: request.headers.accept ?? "application/json",
      ...(type === undefined ? {} : { "content-type": type }),
    },
    ...(body === undefined || body.length === 0 ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function forward(
  upstream: Connection,
  method: string,
  path: string,
  request: IncomingMessage,
  body: Uint8Array<ArrayBuffer>,
): Promise<Answer> {
  const response = await ask(upstream, method, path, request, body);
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "application/json",
    body: await response.bytes(),
  };
}

async function stream(
  upstream: Connection,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    response.writeHead(200, { "content-type": "application/json" });
    for await (const line of linesOf(upstream, path, request, response)) response.write(`${line}\n`);
    response.end();
  } catch {
    response.destroy();
  }
}

/** A watch's events, one a line, until the client or the server ends it. */
async function* linesOf(
  upstream: Connection,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): AsyncGenerator<string> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const answer = await ask(upstream, "GET", path, request, undefined, gone.signal);
  if (!answer.ok || answer.body === null) throw new Error(`The watch is answered with ${answer.status}`);
  let rest = "";
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

function reply(response: ServerResponse, { status, type, body }: Answer): Promise<void> {
  return new Promise((resolve) => {
    response.on("close", resolve);
    response.writeHead(status, { "content-type": type, "content-length": String(body.length) });
    response.end(body, () => resolve());
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
