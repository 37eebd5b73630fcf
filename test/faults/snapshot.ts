/** What a target holds, as text that is the same for every target where the same was applied. */
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { referencePlan } from "../run/reference_plan.ts";

/** Objects by kind and name, the target's own name taken out of all of it. */
export type Snapshot = ReadonlyMap<string, string>;

/** Differ from run to run although the same was applied: the record, its key, and what marks an object with the run. */
const RECORD = ["migration-state", "migration-key"];
const OF_THE_RUN = ["compose-ferry/digest", "compose-ferry/epoch", "compose-ferry/fence"];
/** Chosen by the server, anew for every object. */
const CHOSEN = new Set([
  "clusterIP",
  "clusterIPs",
  "creationTimestamp",
  "generation",
  "managedFields",
  "nodePort",
  "resourceVersion",
  "status",
  "uid",
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  ...OF_THE_RUN,
]);

/** Everything that carries the target's label, read from the server. */
export async function snapshotOf(client: ClusterClient, namespace: string): Promise<Snapshot> {
  const kinds = new Map(
    referencePlan(namespace).migrations.flatMap(plannedObjects)
      .map(({ object: { apiVersion, kind } }) => [`${apiVersion} ${kind}`, { apiVersion, kind }] as const),
  );
  const labelSelector = `compose-ferry/owner=${namespace}`;
  const lists = await Promise.all(
    [...kinds.values()].map((kind) => client.list(kind, undefined, { labelSelector })),
  );
  return new Map(
    lists.flatMap(({ items }) => items).filter(({ metadata }) => !RECORD.includes(metadata.name))
      .map((object) => {
        const text = JSON.stringify(object, (name, value) => CHOSEN.has(name) ? undefined : value);
        const named = `${object.kind} ${object.metadata.name}`;
        return [named.replaceAll(namespace, "TARGET"), text.replaceAll(namespace, "TARGET")] as const;
      }),
  );
}

/** What one snapshot has otherwise than the other, by name. */
export function differences(wanted: Snapshot, found: Snapshot): readonly string[] {
  return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((name) => {
    const [left, right] = [wanted.get(name), found.get(name)];
    if (left === right) return [];
    return [
      `${name} is ${
        left === undefined
          ? "too much"
          : right === undefined
          ? "lost"
          : `not the same: ${firstDifference(left, right)}`
      }`,
    ];
  });
}

function firstDifference(left: string, right: string): string {
  const at = [...left].findIndex((character, index) => character !== right[index]);
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 60);
  return `…${around(left)}… and …${around(right)}…`;
}
