/** How an API server is reached: its address, what proves who we are, and the transport that carries both. */
import { Failure } from "../diagnostics/diagnostic.ts";

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
  /**
   * The headers that prove who asks.
   * @param renew the server refused the last ones (401): read the token file or run the plugin again
   */
  authorize(renew: boolean): Promise<Readonly<Record<string, string>>>;
  close(): void;
}

/** What the transport needs besides the address. PEM texts. */
export interface TransportOptions {
  readonly caCert?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly proxyUrl?: string;
}

/** A pool of connections with the cluster's own certificate authority and the user's certificate. */
export function createTransport(options: TransportOptions): Deno.HttpClient {
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
export function openTransport(context: string, options: TransportOptions): Deno.HttpClient {
  try {
    return createTransport(options);
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
