/** Which cluster is meant, and the connection to it. Static credentials are read here. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { type Address, type Connection, openTransport, type TransportOptions } from "./connection.ts";
import { type ContextEntry, readContext } from "./kubeconfig_file.ts";
import { readRegularTextSync } from "../files/regular_file.ts";
import { decodeBase64Text, encodeBase64 } from "../values/base64.ts";

/** Of a token, certificate or key. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What the operator said about the cluster, and the surroundings that decide where they said nothing. */
export interface ClusterChoice {
  /** `--kubeconfig` */
  readonly kubeconfig?: string;
  /** `--context` */
  readonly context?: string;
  readonly env: (name: string) => string | undefined;
  /** Ends a login that is under way. */
  readonly signal?: AbortSignal;
}

/** Where k3s writes its administrator's kubeconfig: https://docs.k3s.io/cluster-access */
const K3S_KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";

/**
 * The kubeconfig files that a choice means, in the order of precedence: `--kubeconfig`, `KUBECONFIG`,
 * `~/.kube/config`, k3s's own file. Empty where there is none: then no cluster was meant at all.
 */
export function kubeconfigFiles(choice: ClusterChoice): readonly string[] {
  if (choice.kubeconfig !== undefined) return [choice.kubeconfig];
  const listed = (choice.env("KUBECONFIG") ?? "").split(":").filter((file) => file !== "");
  if (listed.length > 0) {
    const present = listed.filter(exists);
    return present.length > 0 ? present : listed;
  }
  const home = choice.env("HOME");
  const usual = home === undefined ? [] : [`${home}/.kube/config`];
  return [...usual, K3S_KUBECONFIG].filter(exists).slice(0, 1);
}

/**
 * Connects to the cluster that was chosen; nothing is sent yet.
 * @returns undefined where there is no kubeconfig anywhere
 * @throws Failure (4) for a kubeconfig that cannot be used, with what to do
 */
export async function findCluster(choice: ClusterChoice): Promise<Connection | undefined> {
  const files = kubeconfigFiles(choice);
  if (files.length > 0) return await connect(readContext(files, choice.context), choice.signal);
  if (choice.context === undefined) return undefined;
  throw failure(
    "cluster-no-kubeconfig",
    `Context "${choice.context}" was asked for, but there is no kubeconfig`,
    "Name one with --kubeconfig or in KUBECONFIG",
  );
}

async function connect(entry: ContextEntry, signal: AbortSignal | undefined): Promise<Connection> {
  const { cluster, user } = entry;
  if (cluster["insecure-skip-tls-verify"] === true) {
    throw failure(
      "cluster-insecure",
      `Context "${entry.name}" skips the check of the server's certificate, which is not supported`,
      "Put the cluster's certificate authority into certificate-authority-data",
    );
  }
  if (cluster["tls-server-name"] !== undefined) {
    throw failure(
      "cluster-server-name",
      `Context "${entry.name}" sets tls-server-name, which is not supported`,
      "Use an address that the server's certificate names",
    );
  }
  const caCert = pem(cluster["certificate-authority-data"], cluster["certificate-authority"]);
  const options: TransportOptions = {
    ...(caCert === undefined ? {} : { caCert }),
    ...(cluster["proxy-url"] === undefined ? {} : { proxyUrl: cluster["proxy-url"] }),
  };
  const server = cluster.server.replace(/\/+$/, "");
  const base = {
    context: entry.name,
    server,
    ...(entry.namespace === undefined ? {} : { namespace: entry.namespace }),
    ...(caCert === undefined ? {} : { certificateAuthority: caCert }),
    ...(signal === undefined ? {} : { interrupted: signal }),
  };
  if ((user.exec ?? user["auth-provider"] ?? undefined) !== undefined) {
    const { connectWithPlugin } = await import("./kubeconfig_plugin.ts");
    return await connectWithPlugin(entry, base, options, signal);
  }
  return connectStatic(entry, base, options);
}

function connectStatic(
  { user }: ContextEntry,
  base: Address,
  options: TransportOptions,
): Connection {
  const clientCert = pem(user["client-certificate-data"], user["client-certificate"]);
  const clientKey = pem(user["client-key-data"], user["client-key"]);
  const withCert = clientCert === undefined || clientKey === undefined ? {} : { clientCert, clientKey };
  const open = openTransport(base, { ...options, ...withCert });
  let headers: Readonly<Record<string, string>> | undefined;
  return {
    ...base,
    ...open,
    authorize: (renew): Promise<Readonly<Record<string, string>>> => {
      if (headers === undefined || renew) headers = staticHeaders(user);
      return Promise.resolve(headers);
    },
    close: (): void => open.transport.close(),
  };
}

function staticHeaders(user: ContextEntry["user"]): Readonly<Record<string, string>> {
  const token = user.tokenFile === undefined ? user.token : readCredential(user.tokenFile).trim();
  if (token !== undefined && token !== "") return { authorization: `Bearer ${token}` };
  if (user.username === undefined) return {};
  return { authorization: `Basic ${encodeBase64(`${user.username}:${user.password ?? ""}`)}` };
}

/** The inline value (base64) wins over the file, as in kubectl. */
function pem(data: string | undefined, file: string | undefined): string | undefined {
  if (data === undefined || data === "") return file === undefined ? undefined : readCredential(file);
  try {
    return decodeBase64Text(data);
  } catch {
    throw failure(
      "cluster-kubeconfig-invalid",
      "A -data field of the kubeconfig is not base64",
      "Write it with `base64 -w0`, or name a file instead",
    );
  }
}

function readCredential(file: string): string {
  try {
    return readRegularTextSync(file, MOST_BYTES);
  } catch (error) {
    throw failure(
      "cluster-credential-unreadable",
      `Cannot read "${file}", which the kubeconfig names: ${
        error instanceof Error ? error.message : String(error)
      }`,
      "Log in to the cluster again, or correct the path in the kubeconfig",
    );
  }
}

function exists(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}

function failure(code: string, message: string, hint: string): Failure {
  return new Failure(4, [{ code, severity: "error", message, hint }]);
}
