/** The key of all digests of a target: random, in a Secret of its namespace. */
import type { ClusterClient } from "../cluster/client.ts";
import { isAlreadyExists, isConflict, isTransient } from "../cluster/api_error.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { pause } from "../cluster/transport.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import type { KubeObject } from "../kube/object.ts";
import type { DigestKey } from "../migration/digest.ts";
import { KEY_NAME } from "./names.ts";
import { decodeBase64, encodeBase64 } from "../values/base64.ts";

/** The target's key, or undefined where no run was there yet. */
export async function readKey(client: ClusterClient, namespace: string): Promise<DigestKey | undefined> {
  const secret = await client.get({ apiVersion: "v1", kind: "Secret", namespace, name: KEY_NAME });
  return secret === undefined ? undefined : keyOf(secret);
}

/** The target's key; made at the first run. Of several first runs at once, one makes it and all use it. */
export async function ensureKey(
  client: ClusterClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<DigestKey> {
  for (let attempt = 0;; attempt++) {
    try {
      return keyOf(await client.create(newKey(namespace)));
    } catch (error) {
      // Another run was first, or the answer was lost: look whether the key is there, else try again.
      const isWorthIt = isAlreadyExists(error) || isConflict(error) || isTransient(error);
      if (!isWorthIt || attempt >= MOST_ATTEMPTS) throw error;
      const present = await readKey(client, namespace);
      if (present !== undefined) return present;
      await pause(Math.min(3_000, 50 * 2 ** attempt), signal);
    }
  }
}

const MOST_ATTEMPTS = 20;

function newKey(namespace: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: { name: KEY_NAME, namespace, labels: { "app.kubernetes.io/managed-by": "compose-ferry" } },
    data: { key: encodeBase64(randomKey()) },
  };
}

const KEY_BYTES = 32;

/** 256 random bits. */
export function randomKey(): DigestKey {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}

/** @throws Failure (1) where the Secret is there and holds no key that `newKey` could have made */
function keyOf(secret: LiveObject): DigestKey {
  // The edge: `data` of a Secret.
  const encoded = (secret["data"] as Readonly<Record<string, unknown>> | undefined)?.["key"];
  const key = typeof encoded === "string" ? decoded(encoded) : undefined;
  if (key?.length === KEY_BYTES) return key;
  const { namespace = "" } = secret.metadata;
  throw new Failure(1, [{
    code: "run-key-missing",
    severity: "error",
    message: `Secret "${KEY_NAME}" in namespace "${namespace}" is damaged: ${
      encoded === undefined ? 'it has no entry "key"' : `its entry "key" is not ${KEY_BYTES} bytes in base64`
    }`,
    hint: "Put it back from a backup of the cluster. Where there is none, " +
      `\`kubectl -n ${
        shellWord(namespace)
      } delete secret ${KEY_NAME}\` lets the next \`deno task migrate\` compare ` +
      "nothing and apply everything again: pods restart, Jobs run once more, data stays",
  }]);
}

function decoded(text: string): DigestKey | undefined {
  try {
    return decodeBase64(text);
  } catch {
    return undefined;
  }
}
