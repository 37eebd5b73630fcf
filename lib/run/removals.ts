/** What is to happen to objects that are to go, said before anything is deleted: by what the run itself decides. */
import type { ClusterClient } from "../cluster/client.ts";
import { decideRemoval } from "./decide.ts";
import type { InventoryEntry } from "./state.ts";

/** Objects by what is to happen to them; one that is gone already is in none. */
export interface Removals<T> {
  readonly removed: readonly T[];
  /** It was there before this program came, and stays. */
  readonly kept: readonly T[];
  /** It is not this program's any more: the run says why, and fails. */
  readonly refused: readonly (T & { readonly why: string })[];
}

/**
 * Asks for each object and decides.
 *
 * @param owner the target's namespace, by which its objects are labelled
 */
export async function readRemovals<T extends { readonly entry: InventoryEntry }>(
  items: readonly T[],
  { client, owner }: { readonly client: ClusterClient; readonly owner: string },
): Promise<Removals<T>> {
  const decided = await Promise.all(items.map(async (item) => {
    const { uid, adopted: _, ...ref } = item.entry;
    return { item, removal: decideRemoval(ref.kind, await client.get(ref), { owner, uid }) };
  }));
  const those = (wanted: "delete" | "keep"): readonly T[] =>
    decided.filter(({ removal }) => removal.kind === wanted).map(({ item }) => item);
  const refused = decided.flatMap(({ item, removal }) =>
    removal.kind === "refuse" ? [{ ...item, why: removal.why }] : []
  );
  return { removed: those("delete"), kept: those("keep"), refused };
}
