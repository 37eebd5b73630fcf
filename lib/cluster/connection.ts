/** How an API server is reached: its address, what proves who we are, and the transport that carries both. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { trustingOnlyItsOwn } from "./authorities.ts";
import { withVariables } from "./environment.ts";
import { loopbackHost } from "./loopback.ts";

/** One API server and one user, ready to be asked. Made by `kubeconfig.ts`. */
export interface Connection {
  /** The kubeconfig context's name. */
  readonly context: string;
  /** Base URL without a trailing slash. */
  readonly server: string;
  /** The namespace that the context names. */
  readonly namespace?: string;
  /** PEM; undefined where the system's own authorities vouch for the server. */
  readonly certificateAuthority?: string;
  readonly transport: Deno.HttpClient;
  /** Whether authorities vouch for the server that the kubeconfig does not name, although it names one. */
  readonly trustsOthers: boolean;
  /** Ends what is read before the server has answered anything: until then no run has begun that has to be finished. */
  readonly interrupted?: AbortSignal;
  /**
   * The headers that prove who asks.
   * @param renew the server refused the last ones (401): read the token file or run the plugin again
   */
  authorize(renew: boolean): Promise<Readonly<Record<string, string>>>;
  close(): void;
}

/** What proves who asks. PEM texts. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly clientCert?: string;
  readonly clientKey?: string;
}

/** What the transport needs besides the address. PEM texts. */
export interface TransportOptions {
  readonly caCert?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly proxyUrl?: string;
}

/** A pool of connections, and whom it trusts. */
export interface OpenTransport {
  readonly transport: Deno.HttpClient;
  readonly trustsOthers: boolean;
}

/**
 * A pool of connections to one server with the cluster's own certificate authority and the user's certificate. The
 * proxies of `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` count but for a server on this machine.
 */
export function createTransport(server: string, options: TransportOptions): OpenTransport {
  const loopback = loopbackHost(server);
  const make = (): Deno.HttpClient =>
    withVariables(loopback === undefined ? {} : { NO_PROXY: loopback }, () => httpClient(options));
  if (options.caCert === undefined) return { transport: make(), trustsOthers: false };
  const { client, isAlone } = trustingOnlyItsOwn(make);
  // Nobody public vouches for an address of this machine.
  return { transport: client, trustsOthers: !isAlone && loopback === undefined };
}

function httpClient(options: TransportOptions): Deno.HttpClient {
  return Deno.createHttpClient({
    ...(options.caCert === undefined ? {} : { caCerts: [options.caCert] }),
    ...(options.proxyUrl === undefined ? {} : { proxy: { url: options.proxyUrl } }),
    ...(options.clientCert === undefined || options.clientKey === undefined
      ? {}
      : { cert: options.clientCert, key: options.clientKey }),
  });
}

/** What of a connection stands in the kubeconfig as it is. */
export type Address = Pick<Connection, "context" | "server" | "namespace" | "certificateAuthority">;

/** `createTransport` with a message in place of the TLS library's. */
export function openTransport({ context, server }: Address, options: TransportOptions): OpenTransport {
  try {
    return createTransport(server, options);
  } catch (error) {
    throw new Failure(4, [{
      code: "cluster-bad-certificate",
      severity: "error",
      message: `Context "${context}" has a certificate or key that cannot be read: ${
        error instanceof Error ? error.message : String(error)
      }`,
      hint: "Renew the kubeconfig; certificates and keys are PEM, in -data fields base64 of PEM",
    }]);
  }
}
