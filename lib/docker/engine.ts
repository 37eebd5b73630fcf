/** The only requests that are sent to a Docker Engine: what its containers, images and volumes are, and what moves them. */
import { join } from "node:path";
import { withVariables } from "../cluster/environment.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { field } from "../values/json.ts";
import type { Endpoint } from "./endpoints.ts";

/** An engine that answers. */
export interface Engine extends Disposable {
  readonly endpoint: Endpoint;
  /** The answer as JSON, or undefined where the engine does not have it. @throws EngineError for anything else. */
  json(path: string): Promise<unknown>;
  /** The answer's bytes, or undefined where the engine does not have it. */
  bytes(path: string): Promise<Uint8Array | undefined>;
  /**
   * Changes something, and gives the answer as JSON; undefined where there is none, as where it was so already. Bytes are
   * sent as an archive, anything else as JSON.
   *
   * @throws EngineError with the engine's own words where it refuses; `status` tells how
   */
  change(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<unknown>;
}

/** The engine did not answer, or not as it should: why, and what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly hint: string | undefined;
  /** Of its answer, where it answered. */
  readonly status: number | undefined;

  constructor(message: string, hint?: string, status?: number) {
    super(message);
    this.hint = hint;
    this.status = status;
  }
}

/** For a look: on a busy machine an engine that starts containers needs more than ten seconds to list them. */
const PATIENCE_MS = 60_000;

/** For a change: an engine answers a start when the program runs, with its networks and mounts. */
const PATIENCE_WITH_CHANGES_MS = 120_000;

/** The way to an engine: a client and the address that it is asked at. */
interface Way {
  readonly client: Deno.HttpClient;
  readonly url: string;
}

/**
 * The images of these names as one archive (Engine API, "ImageGet"). An engine first writes it down for itself, so that
 * the first byte may take its time.
 *
 * @throws EngineError where the engine does not have them, or does not answer
 */
export async function* exportImages(
  endpoint: Endpoint,
  names: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const way = await wayTo(endpoint);
  try {
    const query = names.map((name) => `names=${encodeURIComponent(name)}`).join("&");
    const { status, body } = await read(() =>
      fetch(`${way.url}/images/get?${query}`, { client: way.client, signal })
    );
    if (status !== 200 || body === null) {
      const why = await read(() => new Response(body).json().catch(() => undefined));
      throw new EngineError(String(field(why, "message") ?? `it answers ${status}`));
    }
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await read(() => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    way.client.close();
  }
}

/** Opens the engine at an endpoint. @throws EngineError where nobody answers there */
export async function openEngine(endpoint: Endpoint): Promise<Engine> {
  const way = await wayTo(endpoint);
  try {
    // Each engine refuses versions that are too new or too old for it; its own is always right.
    const pong = await send(way, "/_ping");
    await pong.body?.cancel();
    const version = /^\d+\.\d+$/.exec(pong.headers.get("api-version") ?? "")?.[0];
    if (version === undefined) {
      throw new EngineError("what answers is not a Docker Engine: it returns no version");
    }
    return engineOf(endpoint, way, `/v${version}`);
  } catch (error) {
    way.client.close();
    throw error;
  }
}

function engineOf(endpoint: Endpoint, way: Way, prefix: string): Engine {
  const ask = async (path: string): Promise<Response | undefined> => {
    const response = await send(way, `${prefix}${path}`);
    if (response.status === 200) return response;
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new EngineError(`it answers ${response.status} to ${path.replace(/\?.*/, "")}`);
  };
  return {
    endpoint,
    json: async (path) => await read(async () => await (await ask(path))?.json()),
    bytes: async (path) => await read(async () => await (await ask(path))?.bytes()),
    change: (method, path, body) =>
      read(() => change(way, method, `${prefix}${path}`, body), PATIENCE_WITH_CHANGES_MS),
    [Symbol.dispose]: () => way.client.close(),
  };
}

async function wayTo(endpoint: Endpoint): Promise<Way> {
  const { host, trouble } = endpoint;
  if (trouble !== undefined) throw new EngineError(trouble, "Look with: docker context ls");
  if (host.startsWith("unix://")) return await wayToSocket(host.slice("unix://".length));
  const address = /^(?:tcp|https?):\/\/([^/]+)\/*$/.exec(host)?.[1];
  if (address === undefined) {
    throw new EngineError(
      `"${host}" can only be reached by Docker's own command`,
      "Name the engine's socket: DOCKER_HOST=unix:///var/run/docker.sock",
    );
  }
  return await wayToAddress(address, endpoint);
}

/** Connects once by itself: the answer of an HTTP client hides why nobody answers. */
async function wayToSocket(path: string): Promise<Way> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
  } catch (error) {
    throw await socketTrouble(path, error);
  }
  // An address, as Deno asks the DNS for a name although a socket is what it then connects to. To Deno the socket is a
  // proxy: a host that NO_PROXY names, as it often names this one, would be asked by TCP.
  const client = withVariables(
    { NO_PROXY: undefined, no_proxy: undefined },
    () => Deno.createHttpClient({ proxy: { transport: "unix", path } }),
  );
  return { client, url: "http://127.0.0.1" };
}

async function socketTrouble(path: string, error: unknown): Promise<EngineError> {
  if (error instanceof Deno.errors.PermissionDenied) {
    const group = await groupOf(path);
    const whose = group === undefined ? "" : ` of group "${group}"`;
    return new EngineError(
      `permission denied: this user may not use the socket${whose}`,
      group === undefined || group === "root"
        ? "Run as root"
        : `Run as root, or become a member (sudo usermod -aG ${shellWord(group)} $USER) and log in again`,
    );
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return new EngineError("nobody listens on the socket", "Start the engine: sudo systemctl start docker");
  }
  if (error instanceof Deno.errors.NotFound) {
    return new EngineError("there is no such socket", "Start the engine: sudo systemctl start docker");
  }
  return new EngineError(error instanceof Error ? error.message : String(error));
}

async function groupOf(path: string): Promise<string | undefined> {
  const gid = await Deno.stat(path).then((info) => info.gid, () => null);
  const groups = await Deno.readTextFile("/etc/group").catch(() => "");
  return groups.split("\n").map((line) => line.split(":")).find((fields) => fields[2] === String(gid))?.[0];
}

async function wayToAddress(address: string, { certificates, host }: Endpoint): Promise<Way> {
  const isSecure = certificates !== undefined || host.startsWith("https:");
  const hasPort = /:\d+$/.test(address);
  const url = `${isSecure ? "https" : "http"}://${
    hasPort ? address : `${address}:${isSecure ? 2376 : 2375}`
  }`;
  if (certificates === undefined) return { client: Deno.createHttpClient({}), url };
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) =>
      Deno.readTextFile(join(certificates, name)).catch(() => undefined)
    ),
  );
  try {
    const client = Deno.createHttpClient({
      ...(ca === undefined ? {} : { caCerts: [ca] }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    });
    return { client, url };
  } catch {
    throw new EngineError(`the certificates in "${certificates}" cannot be used`);
  }
}

function send(
  { client, url }: Way,
  path: string,
  init: RequestInit = {},
  patienceMs = PATIENCE_MS,
): Promise<Response> {
  const signal = AbortSignal.timeout(patienceMs);
  return read(() => fetch(`${url}${path}`, { ...init, client, signal }), patienceMs);
}

async function change(way: Way, method: string, path: string, body: unknown): Promise<unknown> {
  const init = body === undefined
    ? { method }
    : body instanceof Uint8Array
    ? { method, body: new Uint8Array(body), headers: { "content-type": "application/x-tar" } }
    : { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const response = await send(way, path, init, PATIENCE_WITH_CHANGES_MS);
  const text = await response.text();
  if (response.ok || response.status === 304) return text === "" ? undefined : JSON.parse(text);
  throw new EngineError(refusalOf(text) ?? `it answers ${response.status}`, undefined, response.status);
}

/** The engine's own words, or nothing where the answer is not JSON. */
function refusalOf(text: string): string | undefined {
  try {
    const message: unknown = field(JSON.parse(text), "message");
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}

/** What breaks while it is asked is an engine that does not answer. */
async function read<T>(work: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new EngineError(`no answer within ${patienceMs / 1000} seconds`);
    }
    throw new EngineError(reasonOf(error));
  }
}

/** The innermost cause says why; what stands around it only repeats the address. */
function reasonOf(error: unknown): string {
  let message = "it does not answer";
  for (let one = error; one instanceof Error; one = one.cause) message = one.message;
  return message.replace(/^client error \(\w+\):? ?/i, "");
}
