/** An answer that no Kubernetes API server gives: a proxy, a login page or another program stands at the address. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** The request that was answered so, as far as it may be shown. */
export interface Asked {
  readonly method: string;
  readonly path: string;
}

/** Something answered, and not as an API server does. Asking again changes nothing. Never holds an answer's body. */
export class StrangeAnswer extends Error {
  readonly hint: string;

  /** @param what the answer in a few words: `HTTP 307, which leads to https://login.example/` */
  constructor({ method, path }: Asked, what: string, hint: string = OTHER_PROGRAM) {
    super(`${method} ${path} was answered with ${what}`);
    this.name = "StrangeAnswer";
    this.hint = hint;
  }
}

const OTHER_PROGRAM =
  "Check that \"server\" of the kubeconfig's cluster is the API server's own address, such as https://HOST:6443, and " +
  "that no proxy, login page or other program answers in its place; then run the same command again";
const PLAIN = 'The API server speaks TLS: write https:// in place of http:// in the kubeconfig\'s "server"';

/** What net/http of Go says to who speaks HTTP to a server of HTTPS; in full, because any page may speak of HTTPS. */
const SPOKEN_PLAIN = "Client sent an HTTP request to an HTTPS server.";

/** What is said of an HTTP status that comes without a `Status`. */
export function strangeRefusal(asked: Asked, response: Response, body: string): StrangeAnswer {
  const name = `HTTP ${response.status} ${response.statusText}`.trim();
  if (body.trim() === SPOKEN_PLAIN) return new StrangeAnswer(asked, `${name}: ${SPOKEN_PLAIN}`, PLAIN);
  const target = leadsTo(response.headers.get("location"));
  return new StrangeAnswer(asked, `${name}${target === undefined ? "" : `, which leads to ${target}`}`);
}

/** Scheme, host and path: what else stands in an address may be a secret. */
function leadsTo(location: string | null): string | undefined {
  const url = location === null ? null : URL.parse(location);
  return url === null ? undefined : clipped(`${url.protocol}//${url.host}${url.pathname}`);
}

/** What is said of JSON, or of what should be JSON, that is none of the API's. */
export function describeBody(body: unknown): string {
  if (body === null) return "null";
  if (Array.isArray(body)) return "a JSON array";
  if (typeof body !== "object") return `a JSON ${typeof body}`;
  if (Object.keys(body).length === 0) return "an empty object";
  const kind = "kind" in body ? body.kind : undefined;
  return typeof kind === "string" ? `an object of kind "${clipped(kind)}"` : "an object without a kind";
}

function clipped(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** What the operator is told. */
export function diagnoseStrange(error: StrangeAnswer, server: string): Diagnostic {
  return {
    code: "cluster-strange-answer",
    severity: "error",
    message: `What answers at ${server} does not answer as an API server does: ${error.message}`,
    hint: error.hint,
  };
}
