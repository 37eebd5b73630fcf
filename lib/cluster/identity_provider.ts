/** Asks the identity provider of a kubeconfig's `auth-provider`; loads client-node, which takes longer than a `status`. */
import { KubeConfig } from "@kubernetes/client-node";
import { stringify } from "yaml";
import type { Credentials } from "./connection.ts";
import type { ContextEntry } from "./kubeconfig_file.ts";

/** The credentials of the context's user. @throws what client-node says */
export async function askIdentityProvider({ name, cluster, user }: ContextEntry): Promise<Credentials> {
  const config = new KubeConfig();
  config.loadFromString(stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name: "cluster", cluster }],
    users: [{ name: "user", user }],
    contexts: [{ name, context: { cluster: "cluster", user: "user" } }],
  }));
  const request: { headers: Record<string, string>; cert?: unknown; key?: unknown } = { headers: {} };
  await config.applyToHTTPSOptions(request);
  return {
    headers: request.headers,
    ...(request.cert === undefined ? {} : { clientCert: String(request.cert) }),
    ...(request.key === undefined ? {} : { clientKey: String(request.key) }),
  };
}
