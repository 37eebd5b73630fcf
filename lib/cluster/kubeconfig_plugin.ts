/** Connections whose credentials come from a plugin (`exec`) or an identity provider. */
import { Failure } from "../diagnostics/diagnostic.ts";
import {
  type Address,
  type Connection,
  type Credentials,
  openTransport,
  type TransportOptions,
} from "./connection.ts";
import { isInteractive, LoginError, runExecPlugin, unlessAborted } from "./exec_plugin.ts";
import type { ContextEntry } from "./kubeconfig_file.ts";

/** How long a login may take, in milliseconds: without anybody, and where somebody may have to type or click. */
const PATIENCE_MS = { alone: 60_000, attended: 300_000 };

/**
 * Runs the plugin once; its client certificate, if it gives one, belongs to the transport for the whole run,
 * its token is renewed when the server refuses it.
 * @param signal ends a login that is under way; its reason is thrown
 * @param patienceMs how long a login may take, in place of the usual time
 */
export async function connectWithPlugin(
  entry: ContextEntry,
  base: Address,
  options: TransportOptions,
  signal: AbortSignal | undefined,
  patienceMs?: number,
): Promise<Connection> {
  const login = (): Promise<Credentials> => obtain(entry, signal, patienceMs);
  let current = await login();
  const renewed = shared(login);
  const withCert = current.clientCert === undefined || current.clientKey === undefined
    ? {}
    : { clientCert: current.clientCert, clientKey: current.clientKey };
  const open = openTransport(base, { ...options, ...withCert });
  return {
    ...base,
    ...open,
    authorize: async (renew): Promise<Readonly<Record<string, string>>> => {
      if (renew) current = await renewed();
      return current.headers;
    },
    close: (): void => open.transport.close(),
  };
}

/** The same work once for all who ask while it is under way: many requests are refused in the same moment. */
export function shared<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let underWay: Promise<Result> | undefined;
  return () => underWay ??= work().finally(() => underWay = undefined);
}

async function obtain(
  entry: ContextEntry,
  interrupted: AbortSignal | undefined,
  patienceMs: number | undefined,
): Promise<Credentials> {
  const exec = entry.user.exec ?? undefined;
  const attended = exec !== undefined && isInteractive(exec);
  const limitMs = patienceMs ?? (attended ? PATIENCE_MS.attended : PATIENCE_MS.alone);
  const limit = AbortSignal.timeout(limitMs);
  const signal = interrupted === undefined ? limit : AbortSignal.any([limit, interrupted]);
  try {
    if (exec !== undefined) return await runExecPlugin(entry, exec, signal);
    const { askIdentityProvider } = await import("./identity_provider.ts");
    return await unlessAborted(askIdentityProvider(entry), signal);
  } catch (error) {
    interrupted?.throwIfAborted();
    const reason = limit.aborted
      ? new LoginError(
        `${
          exec === undefined ? "the identity provider" : `its plugin "${exec.command}"`
        } gave no answer within ${limitMs / 1_000} s`,
      )
      : error;
    throw loginFailed(entry.name, reason);
  }
}

function loginFailed(context: string, error: unknown): Failure {
  const hint = error instanceof LoginError ? error.hint : undefined;
  return new Failure(4, [{
    code: "cluster-login-failed",
    severity: "error",
    message: `The login of context "${context}" failed: ${
      error instanceof Error ? error.message : String(error)
    }`,
    hint: hint ??
      "Run `kubectl get namespaces` with the same context; the plugin that it names must be installed",
  }]);
}
