/** Lists of what migrations applied: which entry is which object, and how two lists become one. */
import { type KubeObject, objectKey } from "../kube/object.ts";
import type { ObjectRef } from "../migration/step.ts";
import type { InventoryEntry } from "./state.ts";

/** Identity on the server, as `objectKey` has it for objects. */
export function entryKey({ apiVersion, kind, name, namespace }: ObjectRef): string {
  const metadata: KubeObject["metadata"] = { name, ...(namespace === undefined ? {} : { namespace }) };
  return objectKey({ apiVersion, kind, metadata });
}

/** Entries of before that were not applied now stay: they are what `prune` looks for. */
export function mergeEntries(
  before: readonly InventoryEntry[],
  now: readonly InventoryEntry[],
): readonly InventoryEntry[] {
  const entries = new Map([...before, ...now].map((entry) => [entryKey(entry), entry]));
  return [...entries.values()];
}
