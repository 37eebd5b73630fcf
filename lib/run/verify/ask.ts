/** Asks one side: a request to a route by the address of its front, or a connection to a port. */
import { Agent, type IncomingMessage, request as requestPlain } from "node:http";
import { Agent as SecureAgent, request as requestSecure } from "node:https";
import { createConnection } from "node:net";
import { sha256 } from "../../values/sha256.ts";
import type { Answer, Certificate } from "./answer.ts";
import { authorityOf, type RouteQuestion } from "./questions.ts";

/** Where somebody listens. */
export interface Place {
  readonly hostname: string;
  readonly port: number;
}

/** How long and how much is waited for; after that the answer is what has come. */
export interface Patience {
  /** For a whole request, or a connection. */
  readonly milliseconds: number;
  /** Of a body, in bytes. */
  readonly bytes: number;
}

const PATIENCE: Patience = { milliseconds: 10_000, bytes: 8 * 1024 * 1024 };

/** What Traefik itself says where it has no route: `404 page not found` and a line break. */
const NO_ROUTE = "404 page not found\n";
/** What Traefik says of a route behind which nobody is. */
const NOBODY_BEHIND = new Set([502, 503, 504]);

/**
 * Asks twice, so that a body that changes at every request is known; once where it did not end in time, as a stream of
 * events does not. Credentials are neither sent nor shown.
 */
export async function askRoute(
  question: RouteQuestion,
  place: Place,
  signal: AbortSignal,
  patience = PATIENCE,
): Promise<Answer> {
  try {
    const first = await send(question, place, signal, patience);
    signal.throwIfAborted();
    if (first.status === 404 && first.body === NO_ROUTE) return { silence: "no route" };
    if (NOBODY_BEHIND.has(first.status)) return { silence: `${first.status}: no server behind the route` };
    const { body, ...rest } = first;
    if (body === undefined) return rest;
    const again = await send(question, place, signal, patience);
    return { ...rest, ...(again.body === body ? { digest: sha256(body) } : {}) };
  } catch (error) {
    signal.throwIfAborted();
    return { silence: wordsOf(error) };
  }
}

/** Whether a connection is taken. */
export async function askPort(place: Place, signal: AbortSignal, patience = PATIENCE): Promise<Answer> {
  try {
    await within(patience, signal, (ends) => connect(place, ends));
    return {};
  } catch (error) {
    signal.throwIfAborted();
    return { silence: wordsOf(error) };
  }
}

function connect({ hostname, port }: Place, ends: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: hostname, port });
    socket.on("error", reject);
    socket.on("connect", () => {
      socket.destroy();
      resolve();
    });
    ends.addEventListener("abort", () => {
      socket.destroy();
      reject(ends.reason);
    });
    if (ends.aborted) socket.destroy(ends.reason);
  });
}

/** Hands on a signal that comes with the caller's, or when it has lasted too long. */
async function within<T>(
  { milliseconds }: Patience,
  signal: AbortSignal,
  work: (ends: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new Error(`no answer within ${milliseconds / 1000} seconds`)),
    milliseconds,
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

interface Received extends Answer {
  readonly status: number;
  /** Undefined where the time was over before its end. */
  readonly body?: string;
}

function send(
  question: RouteQuestion,
  { hostname, port }: Place,
  signal: AbortSignal,
  patience: Patience,
): Promise<Received> {
  const { host, path, isSecure } = question;
  const agent = isSecure ? new SecureAgent({ keepAlive: false }) : new Agent({ keepAlive: false });
  const options = {
    ...{ host: hostname, port, path: encoded(path), agent },
    headers: {
      host: authorityOf(question),
      "user-agent": "compose-ferry",
      accept: "*/*",
      connection: "close",
    },
    // What certificate it has is what is asked; whether somebody trusts it is not.
    ...(isSecure ? { servername: host, rejectUnauthorized: false } : {}),
  };
  return within(patience, signal, (ends) =>
    new Promise((resolve, reject) => {
      let response: IncomingMessage | undefined;
      const sent = (isSecure ? requestSecure : requestPlain)(options, (received) => {
        response = received;
        receive(received, ends, patience.bytes).then(resolve, reject);
      });
      // From the response on its body says how it ends.
      sent.on("error", (error) => response === undefined && reject(error));
      const end = (): unknown => (response ?? sent).destroy(ends.reason);
      ends.addEventListener("abort", end);
      if (ends.aborted) end();
      sent.end();
    }));
}

/** As a request line has it: a rule may have spaces and letters of any script. What is escaped already stays so. */
function encoded(path: string): string {
  return encodeURI(path).replace(/%25(?=[0-9a-f]{2})/gi, "%").replaceAll("?", "%3F").replaceAll("#", "%23");
}

async function receive(response: IncomingMessage, ends: AbortSignal, most: number): Promise<Received> {
  const certificate = certificateOf(response);
  const { location, "content-type": contentType } = response.headers;
  const { bytes, hasEnded } = await read(response, ends, most);
  return {
    status: response.statusCode ?? 0,
    ...(location === undefined ? {} : { location: withoutSecrets(location) }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(hasEnded ? {} : { isUnended: true }),
    // Where the time was over, how much came is chance.
    ...(hasEnded || bytes.length === most ? { body: new TextDecoder("latin1").decode(bytes) } : {}),
  };
}

/** The body, or its beginning: as much as is asked for, or what came in time. */
async function read(
  response: IncomingMessage,
  ends: AbortSignal,
  most: number,
): Promise<{ readonly bytes: Uint8Array; readonly hasEnded: boolean }> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const received = async (): Promise<Uint8Array> =>
    new Uint8Array(await new Blob(parts).arrayBuffer()).subarray(0, most);
  try {
    for await (const part of response) {
      parts.push(part);
      length += part.length;
      if (length > most) return { bytes: await received(), hasEnded: false };
    }
  } catch (error) {
    if (!ends.aborted) throw error;
  }
  return { bytes: await received(), hasEnded: !ends.aborted };
}

/** A redirection without user, password, query and fragment. */
function withoutSecrets(location: string): string {
  return location.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:)?[/\\]{2}[^/\\]*@/i, "$1//");
}

interface PeerCertificate {
  readonly fingerprint256?: string;
  readonly subject?: { readonly CN?: string };
  readonly valid_to?: string;
}

function certificateOf({ socket }: IncomingMessage): Certificate | undefined {
  // The edge: only a socket of TLS has it.
  const of = (socket as { getPeerCertificate?: () => PeerCertificate }).getPeerCertificate?.();
  if (of?.fingerprint256 === undefined) return undefined;
  return {
    fingerprint: of.fingerprint256.replaceAll(":", "").toLowerCase(),
    subject: of.subject?.CN ?? "",
    until: of.valid_to ?? "",
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ \(os error \d+\)$/, "") : String(error);
}
