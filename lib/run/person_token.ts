/** A token of a person's service account, from the API server itself. */
import { isNotFound } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { StrangeAnswer } from "../cluster/strange_answer.ts";
import { tokenRequest } from "../kube/access/kubeconfig.ts";
import { record } from "../kube/json.ts";

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
    const { status } = await client.review(path, body);
    const { token, expirationTimestamp } = record(status) ?? {};
    const expiresAt = new Date(typeof expirationTimestamp === "string" ? expirationTimestamp : NaN);
    if (typeof token === "string" && !Number.isNaN(expiresAt.getTime())) return { token, expiresAt };
    throw new StrangeAnswer({ method: "POST", path }, "a TokenRequest without a token");
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
