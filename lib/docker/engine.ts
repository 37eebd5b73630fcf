/** The only requests that are sent to a Docker Engine: questions about images and containers, nothing else. */

/** An engine on a Unix socket. */
export interface Engine extends Disposable {
  /** The answer as JSON, or undefined where the engine does not have it. @throws EngineError for anything else. */
  json(path: string): Promise<unknown>;
  /** The answer's bytes, or undefined where the engine does not have it. */
  bytes(path: string): Promise<Uint8Array | undefined>;
}

/** The engine did not answer, or not as it should. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

const PATIENCE_MS = 10_000;
const DEFAULT_SOCKET = "/var/run/docker.sock";

/** The socket that `DOCKER_HOST` names, else the usual one; undefined for a host that is not a socket. */
export function engineSocket(env: (name: string) => string | undefined): string | undefined {
  const host = env("DOCKER_HOST") ?? "";
  if (host === "") return DEFAULT_SOCKET;
  return host.startsWith("unix://") ? host.slice("unix://".length) : undefined;
}

/** Opens the engine at a socket, or nothing where there is no socket or nobody listens. */
export async function openEngine(socket: string): Promise<Engine | undefined> {
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  try {
    // Each engine refuses versions that are too new or too old for it; its own is always right.
    const pong = await send(client, "/_ping");
    await pong.body?.cancel();
    const version = /^\d+\.\d+$/.exec(pong.headers.get("api-version") ?? "")?.[0];
    if (version === undefined) throw new EngineError("Cannot use the engine: it does not tell its version");
    return engineOf(client, `/v${version}`);
  } catch {
    client.close();
    return undefined;
  }
}

function engineOf(client: Deno.HttpClient, prefix: string): Engine {
  const ask = async (path: string): Promise<Response | undefined> => {
    const response = await send(client, `${prefix}${path}`);
    if (response.status === 200) return response;
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new EngineError(`Cannot ask the engine for ${path}: it answers ${response.status}`);
  };
  return {
    json: async (path) => await (await ask(path))?.json(),
    bytes: async (path) => await (await ask(path))?.bytes(),
    [Symbol.dispose]: () => client.close(),
  };
}

function send(client: Deno.HttpClient, path: string): Promise<Response> {
  // An address, as Deno asks the DNS for a name although a socket is what it then connects to.
  return fetch(`http://127.0.0.1${path}`, { client, signal: AbortSignal.timeout(PATIENCE_MS) });
}
