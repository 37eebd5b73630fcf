/** Connections whose credentials come from a plugin (`exec`) or an identity provider; loads client-node. */
import { KubeConfig } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { Failure } from "../diagnostics/diagnostic.ts";
import { type Address, type Connection, openTransport, type TransportOptions } from "./connection.ts";
import type { ContextEntry } from "./kubeconfig_file.ts";

interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly clientCert?: string;
  readonly clientKey?: string;
}

/**
 * Runs the plugin once; its client certificate, if it gives one, belongs to the transport for the whole run,
 * its token is renewed when the server refuses it.
 */
export async function connectWithPlugin(
  entry: ContextEntry,
  base: Address,
  options: TransportOptions,
): Promise<Connection> {
  let current = await obtain(entry);
  const renewed = shared(() => obtain(entry));
  const withCert = current.clientCert === undefined || current.clientKey === undefined
    ? {}
    : { clientCert: current.clientCert, clientKey: current.clientKey };
  const transport = openTransport(entry.name, { ...options, ...withCert });
  return {
    ...base,
    transport,
    authorize: async (renew): Promise<Readonly<Record<string, string>>> => {
      if (renew) current = await renewed();
      return current.headers;
    },
    close: (): void => transport.close(),
  };
}

/** The same work once for all who ask while it is under way: many requests are refused in the same moment. */
export function shared<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let underWay: Promise<Result> | undefined;
  return () => underWay ??= work().finally(() => underWay = undefined);
}

async function obtain(entry: ContextEntry): Promise<Credentials> {
  const config = new KubeConfig();
  config.loadFromString(stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": entry.name,
    clusters: [{ name: "cluster", cluster: entry.cluster }],
    users: [{ name: "user", user: entry.user }],
    contexts: [{ name: entry.name, context: { cluster: "cluster", user: "user" } }],
  }));
  try {
    const request: { headers: Record<string, string>; cert?: unknown; key?: unknown } = { headers: {} };
    await config.applyToHTTPSOptions(request);
    return {
      headers: request.headers,
      ...(request.cert === undefined ? {} : { clientCert: String(request.cert) }),
      ...(request.key === undefined ? {} : { clientKey: String(request.key) }),
    };
  } catch (error) {
    throw new Failure(4, [{
      code: "cluster-login-failed",
      severity: "error",
      message: `The login of context "${entry.name}" failed: ${
        error instanceof Error ? error.message : String(error)
      }`,
      hint: "Run `kubectl get namespaces` with the same context; the plugin that it names must be installed",
    }]);
  }
}
