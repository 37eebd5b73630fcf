/** The kubeconfig of a person: by OIDC login, or by a token that ends soon. */
import type { Oidc } from "../../decisions/access.ts";
import { serviceAccountName } from "./objects.ts";
import { yamlOutput } from "../../diagnostics/yaml_output.ts";

/** Where the cluster is. */
export interface ClusterAddress {
  /** A name for the context, such as `faf`. */
  readonly name: string;
  readonly server: string;
  /** PEM, base64; none where the system's own authorities vouch for the server. */
  readonly certificateAuthorityData?: string;
  readonly namespace: string;
}

/** How the person proves who it is. */
export type Credential =
  | { readonly kind: "oidc"; readonly oidc: Oidc }
  | { readonly kind: "token"; readonly token: string };

/**
 * The text of the file. By OIDC it holds no secret: `kubectl oidc-login` opens a browser and keeps the token; by a
 * token it is a secret for as long as the token is valid.
 */
export function accessKubeconfig(cluster: ClusterAddress, person: string, credential: Credential): string {
  return yamlOutput({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{
      name: cluster.name,
      cluster: {
        server: cluster.server,
        ...(cluster.certificateAuthorityData === undefined
          ? {}
          : { "certificate-authority-data": cluster.certificateAuthorityData }),
      },
    }],
    users: [{ name: person, user: userOf(credential) }],
    contexts: [{
      name: cluster.name,
      context: { cluster: cluster.name, user: person, namespace: cluster.namespace },
    }],
    "current-context": cluster.name,
  }, { lineWidth: 0 });
}

/** The request for a token of a person's service account; the answer has it in `status.token`. */
export function tokenRequest(
  namespace: string,
  person: string,
  seconds: number,
): { readonly path: string; readonly body: Record<string, unknown> } {
  return {
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccountName(person)}/token`,
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: seconds },
    },
  };
}

function userOf(credential: Credential): Record<string, unknown> {
  if (credential.kind === "token") return { token: credential.token };
  const { issuer, clientId, scopes = [] } = credential.oidc;
  return {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "kubectl",
      args: [
        "oidc-login",
        "get-token",
        `--oidc-issuer-url=${issuer}`,
        `--oidc-client-id=${clientId}`,
        "--oidc-pkce-method=S256",
        ...scopes.map((scope) => `--oidc-extra-scope=${scope}`),
      ],
      interactiveMode: "IfAvailable",
      installHint: "Install it with: kubectl krew install oidc-login",
    },
  };
}
