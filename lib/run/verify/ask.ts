/** Asks one side: a request to a route by the address of its front, or a connection to a port. */
import { Agent, type IncomingMessage, request as requestPlain } from "node:http";
import { Agent as SecureAgent, request as requestSecure } from "node:https";
import type { Answer, Certificate } from "./answer.ts";
import type { RouteQuestion } from "./questions.ts";

/** Where somebody listens. */
export interface Place {
  readonly hostname: string;
  readonly port: number;
}

const PATIENCE_MS = 10_000;
/** What is read of a body, in bytes. */
const LONGEST_BODY = 8 * 1024 * 1024;

/** What Traefik itself says where it has no route: `404 page not found` and a line break. */
const NO_ROUTE = "404 page not found\n";
/** What Traefik says of a route behind which nobody is. */
const NOBODY_BEHIND = new Set([502, 503, 504]);

/** Asks twice, so that a body that changes at every request is known. Credentials are neither sent nor shown. */
export async function askRoute(question: RouteQuestion, place: Place, signal: AbortSignal): Promise<Answer> {
  try {
    const first = await send(question, place, signal);
    if (first.status === 404 && first.body === NO_ROUTE) return { silence: "no route" };
    if (NOBODY_BEHIND.has(first.status)) return { silence: `${first.status}: nobody is behind the route` };
    const again = await send(question, place, signal);
    const { body, ...rest } = first;
    return { ...rest, ...(again.body === body ? { digest: await digestOf(body) } : {}) };
  } catch (error) {
    signal.throwIfAborted();
    return { silence: wordsOf(error) };
  }
}

/** Whether a connection is taken. */
export async function askPort(place: Place): Promise<Answer> {
  try {
    (await Deno.connect({ hostname: place.hostname, port: place.port })).close();
    return {};
  } catch (error) {
    return { silence: wordsOf(error) };
  }
}

interface Received extends Answer {
  readonly status: number;
  readonly body: string;
}

function send(
  { host, path, isSecure }: RouteQuestion,
  { hostname, port }: Place,
  signal: AbortSignal,
): Promise<Received> {
  const agent = isSecure ? new SecureAgent({ keepAlive: false }) : new Agent({ keepAlive: false });
  const options = {
    ...{ host: hostname, port, path, agent, timeout: PATIENCE_MS, signal },
    headers: { host, "user-agent": "compose-ferry", accept: "*/*", connection: "close" },
    // What certificate it has is what is asked; whether somebody trusts it is not.
    ...(isSecure ? { servername: host, rejectUnauthorized: false } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? requestSecure : requestPlain)(options, (response) => {
      receive(response).then(resolve, reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} seconds`)));
    sent.on("error", reject);
    sent.end();
  });
}

async function receive(response: IncomingMessage): Promise<Received> {
  const certificate = certificateOf(response);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response) {
    parts.push(part);
    length += part.length;
    if (length > LONGEST_BODY) break;
  }
  const { location, "content-type": contentType } = response.headers;
  return {
    status: response.statusCode ?? 0,
    ...(location === undefined ? {} : { location: location.replace(/[?#].*$/s, "") }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(certificate === undefined ? {} : { certificate }),
    body: new TextDecoder("latin1").decode(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()),
  };
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

async function digestOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ \(os error \d+\)$/, "") : String(error);
}
