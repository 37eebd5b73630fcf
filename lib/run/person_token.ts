/** A token of a person's service account, from the API server itself. */
import { isNotFound } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { tokenRequest } from "../kube/access/kubeconfig.ts";

/** A secret, and when it ends. */
export interface PersonToken {
  readonly token: string;
  /** By the server's answer, which may be earlier or later than what was asked for. */
  readonly expiresAt: Date;
}

/** Asks for a token of that many seconds; undefined where the person has no service account there. */
export async function requestToken(
  client: ClusterClient,
  namespace: string,
  person: string,
  seconds: number,
): Promise<PersonToken | undefined> {
  const { path, body } = tokenRequest(namespace, person, seconds);
  try {
    // The edge: a TokenRequest of authentication.k8s.io/v1.
    const { status } = await client.review(path, body) as {
      readonly status: { readonly token: string; readonly expirationTimestamp: string };
    };
    return { token: status.token, expiresAt: new Date(status.expirationTimestamp) };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
