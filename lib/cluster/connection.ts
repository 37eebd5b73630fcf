/** How an API server is reached: its address, what proves who we are, and the transport that carries both. */

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
