/** What must be there before anything can be recorded: the namespace and the key of the digests. */
import { ApiError, isNotFound } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { pause } from "../cluster/transport.ts";
import { objectKey, type PlannedObject } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { decorate } from "./marks.ts";
import { namespaceTrouble } from "./namespace_trouble.ts";
import { ensureKey, randomKey, readKey } from "./key.ts";
import { DIGEST_ANNOTATION, PREPARED } from "./names.ts";
import type { Target } from "./target.ts";

/** The target as it is, or undefined where no run was there yet. Writes nothing. */
export async function findRecord(client: ClusterClient, namespace: string): Promise<Target | undefined> {
  const key = await readKey(client, namespace);
  return key === undefined ? undefined : { client, namespace, key };
}

/** Five seconds are no cache that lags any more. */
const MOST_ATTEMPTS = 50;

/**
 * Makes the namespace and the key where they are missing.
 *
 * @param isNewPlace it was seen a moment ago that the namespace is not there
 * @throws Failure (1) where the namespace is being deleted, the signal's reason where it is aborted
 */
export async function prepareTarget(
  client: ClusterClient,
  namespace: string,
  plan: Plan,
  signal?: AbortSignal,
  isNewPlace?: boolean,
): Promise<Target> {
  const isMissing = isNewPlace ?? !await exists(client, namespace);
  if (isMissing) await makeNamespace(client, namespace, plan);
  for (let attempt = 0;; attempt++) {
    try {
      const key = await ensureKey(client, namespace, signal);
      return { client, namespace, key };
    } catch (error) {
      // The namespace's cache on the server may lag behind its creation for a moment.
      if (!isNotFound(error) || attempt >= MOST_ATTEMPTS) throw namespaceTrouble(error, namespace) ?? error;
      await pause(100, signal);
    }
  }
}

/** As the plan wants it, where the plan has it: the migration that owns it then finds it as it left it. */
async function makeNamespace(client: ClusterClient, namespace: string, plan: Plan): Promise<void> {
  const planned = findNamespace(plan, namespace);
  const object = planned?.planned.object ??
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  if (planned === undefined) return void await client.apply(object);
  const body = decorate(object, { owner: namespace, key: randomKey(), epoch: 0 }, planned.id);
  const annotations = { ...body.metadata.annotations, [DIGEST_ANNOTATION]: PREPARED };
  try {
    await client.apply({ ...body, metadata: { ...body.metadata, annotations } });
  } catch (error) {
    // Another first run was faster, and its fence refuses what comes later.
    const isLate = error instanceof ApiError && error.status === 403 && await exists(client, namespace);
    if (!isLate) throw error;
  }
}

async function exists(client: ClusterClient, namespace: string): Promise<boolean> {
  return await client.get({ apiVersion: "v1", kind: "Namespace", name: namespace }) !== undefined;
}

function findNamespace(plan: Plan, name: string): { planned: PlannedObject; id: string } | undefined {
  for (const migration of plan.migrations) {
    const planned = plannedObjects(migration).find(({ object }) =>
      objectKey(object) === `/Namespace//${name}`
    );
    if (planned !== undefined) return { planned, id: migration.id };
  }
  return undefined;
}
