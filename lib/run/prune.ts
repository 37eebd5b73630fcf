/** Removes objects that the plan does not have any more: by the inventory, the owner's label and the uid. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { CLUSTER_NAMES } from "../kube/network/cluster_names.ts";
import { objectKey } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { handNames } from "./cluster_names.ts";
import type { RunEvent } from "./event.ts";
import { entryKey } from "./inventory.ts";
import { type Holding, holdLock, type Outcome, streamRun, type WriterOptions, writing } from "./locked.ts";
import { findRecord } from "./prepare.ts";
import { removeObject } from "./remove.ts";
import type { InventoryEntry, State } from "./state.ts";
import { describe } from "./wait.ts";
import { DATA_KINDS } from "./waves.ts";

/** Objects that were applied once and are planned no more. */
export interface Orphans {
  /** What `prune` deletes. */
  readonly removable: readonly Orphan[];
  /** Data: said, and left alone. */
  readonly data: readonly Orphan[];
  /** What was there before and was taken over: said, and left alone. */
  readonly adopted: readonly Orphan[];
}

export interface Orphan {
  /** The migration that applied it. */
  readonly id: string;
  readonly entry: InventoryEntry;
}

/** Compares the inventory with the plan. Pure. */
export function findOrphans(plan: Plan, state: State): Orphans {
  const planned = new Set(plan.migrations.flatMap(plannedObjects).map(({ object }) => objectKey(object)));
  const orphans = [...state.inventory].flatMap(([id, entries]) => entries.map((entry) => ({ id, entry })))
    .filter(({ entry }) => !planned.has(entryKey(entry)));
  const others = orphans.filter(({ entry }) => !DATA_KINDS.has(entry.kind));
  return {
    removable: others.filter(({ entry }) => !entry.adopted),
    data: orphans.filter(({ entry }) => DATA_KINDS.has(entry.kind)),
    adopted: others.filter(({ entry }) => entry.adopted),
  };
}

/** Deletes the orphans that hold no data, and takes them out of the inventory. */
export function prune(plan: Plan, options: WriterOptions): AsyncGenerator<RunEvent> {
  return streamRun(options, plan.migrations.length, async (writer) => {
    const target = await findRecord(options.client, options.namespace);
    if (target === undefined) return "unchanged";
    return await holdLock(writer, target, (holding) => pruneAll(plan, holding));
  });
}

async function pruneAll(plan: Plan, holding: Holding): Promise<Outcome> {
  const { options, session, push } = holding;
  const { removable, adopted } = findOrphans(plan, session.state);
  for (const { id, entry } of adopted) push({ type: "object", id, object: describe(entry), outcome: "kept" });
  if (removable.length === 0) return "unchanged";
  const context = { ...writing(holding), secrets: [] };
  const problems: Diagnostic[] = [];
  const kept = new Set<InventoryEntry>();
  for (const { id, entry } of removable) {
    const { uid, ...ref } = entry;
    const diagnostics = await removeObject(ref, id, context, uid);
    if (diagnostics.length > 0) kept.add(entry);
    problems.push(...diagnostics);
  }
  if (removable.some(({ entry }) => entry.kind === "ConfigMap" && entry.name === CLUSTER_NAMES)) {
    const { client, namespace } = options;
    await handNames([], { client, namespace, guard: () => session.guard() });
  }
  const gone = new Set(removable.map(({ entry }) => entry).filter((entry) => !kept.has(entry)).map(entryKey));
  await session.update((state) => ({
    ...state,
    inventory: new Map(
      [...state.inventory].map((
        [id, entries],
      ) => [id, entries.filter((entry) => !gone.has(entryKey(entry)))]),
    ),
  }));
  if (problems.length === 0) return "applied";
  push({
    type: "migration-rolled-back",
    id: "prune",
    title: "Prune",
    at: options.now(),
    diagnostics: problems,
  });
  return "failed";
}
