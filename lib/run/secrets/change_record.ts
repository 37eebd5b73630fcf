/** The cluster's note of a change of a secret that is under way, so that whoever comes next can finish it. */
import { isAlreadyExists, isTransient } from "../../cluster/api_error.ts";
import type { ClusterClient } from "../../cluster/client.ts";
import type { LiveObject } from "../../cluster/live_object.ts";
import { Failure } from "../../diagnostics/diagnostic.ts";
import { decodeBase64Text, encodeBase64 } from "../../values/base64.ts";
import { CHANGE_NAME, previousKey } from "../../kube/jobs/script/secret_change.ts";
import type { KubeObject } from "../../kube/object.ts";

/** A change that is under way. Values are never shown. */
export interface SecretChange {
  /** The secret, by the name of its group. */
  readonly name: string;
  readonly value: string;
  /** Every value that one of its places had before. */
  readonly before: readonly string[];
  /** The servers whose administrator's password it is. */
  readonly adminOf: readonly string[];
  readonly by: string;
  /** ISO 8601. */
  readonly since: string;
}

/** A change as it is recorded. */
export interface RecordedChange extends SecretChange {
  readonly uid: string;
  readonly resourceVersion: string;
}

interface Target {
  readonly client: ClusterClient;
  readonly namespace: string;
}

const BY = "compose-ferry/by";
const SINCE = "compose-ferry/since";
const ATTEMPT = "compose-ferry/attempt";

/** The change that is under way, or undefined. */
export async function readChange({ client, namespace }: Target): Promise<RecordedChange | undefined> {
  const found = await client.get({ apiVersion: "v1", kind: "Secret", namespace, name: CHANGE_NAME });
  return found === undefined ? undefined : changeOf(found);
}

/**
 * Records a change before anything is written. Only one can be under way.
 * @throws Failure (5) where another one was recorded in the meantime
 */
export async function recordChange(target: Target, change: SecretChange): Promise<RecordedChange> {
  const attempt = crypto.randomUUID();
  const object = changeObject(target.namespace, change, attempt);
  try {
    return changeOf(await target.client.create(object));
  } catch (error) {
    if (!isAlreadyExists(error) && !isTransient(error)) throw error;
    const found = await target.client.get({
      apiVersion: "v1",
      kind: "Secret",
      namespace: target.namespace,
      name: CHANGE_NAME,
    });
    // The answer to our own request may have been lost.
    if (found?.metadata.annotations?.[ATTEMPT] === attempt) return changeOf(found);
    if (found === undefined) throw error;
    throw new Failure(5, [underWay(changeOf(found))]);
  }
}

/**
 * Records another change in the place of one that is under way, such as the way back.
 * @throws ApiError (409) where that one is not as it was read
 */
export async function replaceChange(
  { client, namespace }: Target,
  { uid, resourceVersion }: RecordedChange,
  change: SecretChange,
): Promise<RecordedChange> {
  const object = changeObject(namespace, change, crypto.randomUUID());
  return changeOf(
    await client.replace({ ...object, metadata: { ...object.metadata, uid, resourceVersion } }),
  );
}

/** Takes the record away: the change is done. One that is gone already is no error. */
export async function forgetChange({ client, namespace }: Target, { uid }: RecordedChange): Promise<void> {
  const ref = { apiVersion: "v1", kind: "Secret", namespace, name: CHANGE_NAME };
  await client.delete(ref, uid, "Background");
}

/** What to say where somebody else changes a secret now. */
function underWay({ name, by, since }: SecretChange): Failure["diagnostics"][number] {
  return {
    code: "cli-secret-under-way",
    severity: "error",
    message: `A change of secret "${name}" is under way since ${since}, by ${by}`,
    hint:
      "Wait until it is done. If its process has ended, the next `deno task secrets set` finishes it first",
  };
}

function changeObject(namespace: string, change: SecretChange, attempt: string): KubeObject {
  const { name, value, before, adminOf, by, since } = change;
  const text: Record<string, string> = {
    name,
    value,
    before: JSON.stringify(before),
    admin: JSON.stringify(adminOf),
    ...Object.fromEntries(adminOf.map((server) => [previousKey(server), before[0] ?? ""])),
  };
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: {
      name: CHANGE_NAME,
      namespace,
      // Not the owner's label: it is no object of the plan, and it is written before a run has its epoch.
      labels: { "app.kubernetes.io/managed-by": "compose-ferry" },
      annotations: { [BY]: by, [SINCE]: since, [ATTEMPT]: attempt },
    },
    data: Object.fromEntries(
      Object.entries(text).map(([key, each]) => [key, encodeBase64(each)]),
    ),
  };
}

function changeOf(object: LiveObject): RecordedChange {
  // The edge: `data` of a Secret.
  const data = (object["data"] ?? {}) as Readonly<Record<string, string>>;
  const text = (key: string): string => decodeBase64Text(data[key] ?? "");
  const list = (key: string): readonly string[] => {
    try {
      const parsed: unknown = JSON.parse(text(key));
      return Array.isArray(parsed) ? parsed.map(String) : [];
    } catch {
      return [];
    }
  };
  const { annotations = {}, uid = "", resourceVersion = "" } = object.metadata;
  return {
    name: text("name"),
    value: text("value"),
    before: list("before"),
    adminOf: list("admin"),
    by: annotations[BY] ?? "somebody",
    since: annotations[SINCE] ?? "an unknown time",
    uid,
    resourceVersion,
  };
}
