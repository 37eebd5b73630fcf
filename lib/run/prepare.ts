/** What must be there before anything can be recorded: the namespace and the key of the digests. */
import { isNotFound } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { objectKey, type PlannedObject } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { decorate } from "./apply.ts";
import { ensureKey, randomKey, readKey } from "./key.ts";
import type { Target } from "./session.ts";

/** The target, and whether its namespace was made just now. */
export interface Prepared {
  readonly target: Target;
  readonly madeNamespace: boolean;
}

/** The target as it is, or undefined where no run was there yet. Writes nothing. */
export async function findTarget(client: ClusterClient, namespace: string): Promise<Target | undefined> {
  const key = await readKey(client, namespace);
  return key === undefined ? undefined : { client, namespace, key };
}

/** Makes the namespace and the key where they are missing. */
export async function prepareTarget(client: ClusterClient, namespace: string, plan: Plan): Promise<Prepared> {
  const found = await findTarget(client, namespace);
  if (found !== undefined) return { target: found, madeNamespace: false };
  const present = await client.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
  if (present === undefined) await makeNamespace(client, namespace, plan);
  for (;;) {
    try {
      const key = await ensureKey(client, namespace);
      return { target: { client, namespace, key }, madeNamespace: present === undefined };
    } catch (error) {
      // The namespace's cache on the server may lag behind its creation for a moment.
      if (!isNotFound(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** As the plan wants it, where the plan has it: the migration that owns it then finds it as it left it. */
async function makeNamespace(client: ClusterClient, namespace: string, plan: Plan): Promise<void> {
  const planned = findNamespace(plan, namespace);
  const object = planned?.planned.object ??
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  await client.apply(
    planned === undefined ? object : decorate(object, namespace, randomKey(), planned.id),
  );
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
