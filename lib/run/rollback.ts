/** Goes back to an earlier migration: stops and removes workloads and routes, newest first. Never touches data. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { compareIds } from "../migration/order.ts";
import type { Plan } from "../migration/step.ts";
import type { RunEvent } from "./event.ts";
import { untilGone } from "./gone.ts";
import { entryKey } from "./inventory.ts";
import { type Holding, holdLock, type Outcome, streamRun, writing } from "./locked.ts";
import { findRecord } from "./prepare.ts";
import { removeObject } from "./remove.ts";
import { cameWith, returnAll, type ReturnOptions } from "./return_services.ts";
import type { InventoryEntry, State } from "./state.ts";
import { describe } from "./wait.ts";
import { findMigration } from "./select_migrations.ts";

/** What is removed: what runs, and what leads traffic to it. All else costs nothing and may hold what is dear. */
const REMOVED: ReadonlySet<string> = new Set([
  "CronJob",
  "DaemonSet",
  "Deployment",
  "HelmChart",
  "Ingress",
  "IngressRoute",
  "IngressRouteTCP",
  "IngressRouteUDP",
  "Job",
  "Middleware",
  "MiddlewareTCP",
  "Pod",
  "Service",
  "StatefulSet",
  "TraefikService",
]);

/** Whether a rollback removes objects of this kind. */
export function isRolledBack(kind: string): boolean {
  return REMOVED.has(kind);
}

/** Where to go back to. */
export interface RollbackOptions extends ReturnOptions {
  /** The last migration that stays, by id or number. */
  readonly to: string;
}

/** What a rollback would remove, newest migration first; for the question before it. */
export interface RollbackStep {
  readonly id: string;
  readonly title: string;
  readonly removed: readonly InventoryEntry[];
  /** What would be removed, had it not been there before: it stays. */
  readonly kept: readonly InventoryEntry[];
}

/** Rolls back every recorded migration after `to`. Killed anywhere, it can be run again, or `migrate` can. */
export function rollback(plan: Plan, options: RollbackOptions): AsyncGenerator<RunEvent> {
  return streamRun(options, plan.migrations.length, async (writer) => {
    const target = await findRecord(options.client, options.namespace);
    if (target === undefined) return "unchanged";
    return await holdLock(writer, target, (holding) => rollbackAll(plan, options, holding));
  });
}

/** The steps of a rollback against a record. @throws Failure (2) where there is no such migration */
export function rollbackSteps(plan: Plan, state: State, to: string): readonly RollbackStep[] {
  const last = findMigration(plan, to).id;
  const titles = new Map(plan.migrations.map(({ id, title }) => [id, title]));
  const isLater = (id: string): boolean => compareIds(id, last) > 0;
  const staying = new Set(
    [...state.inventory].filter(([id]) => !isLater(id)).flatMap(([, entries]) => entries.map(entryKey)),
  );
  return [...state.records.keys()].filter(isLater).sort(compareIds).reverse().map((id) => {
    const entries = (state.inventory.get(id) ?? [])
      .filter((entry) => REMOVED.has(entry.kind) && !staying.has(entryKey(entry))).toReversed();
    return {
      id,
      title: titles.get(id) ?? id,
      removed: entries.filter(({ adopted }) => !adopted),
      kept: entries.filter(({ adopted }) => adopted),
    };
  });
}

async function rollbackAll(plan: Plan, options: RollbackOptions, holding: Holding): Promise<Outcome> {
  const steps = rollbackSteps(plan, holding.session.state, options.to);
  for (const step of steps) {
    if (holding.signal.aborted) return stopped(holding);
    // What came from containers goes back first: those that follow may need it, and nobody shall wait for the rest.
    const left = await returnAll(cameWith(step.id, holding), plan, options, holding);
    const diagnostics = left.length > 0 ? left : await rollbackOne(step, holding);
    const { id, title } = step;
    holding.push({ type: "migration-rolled-back", id, title, at: holding.options.now(), diagnostics });
    if (diagnostics.length > 0) return holding.signal.aborted ? stopped(holding) : "failed";
  }
  return steps.length === 0 ? "unchanged" : "applied";
}

async function rollbackOne(
  { id, removed, kept }: RollbackStep,
  holding: Holding,
): Promise<readonly Diagnostic[]> {
  const { session, push, signal } = holding;
  // From here on it is not applied any more, whatever happens: the next `migrate` would complete it again.
  await session.update((state) => withRecord(state, id, "rollback in progress"));
  const context = { ...writing(holding), secrets: [], afterPods: true };
  try {
    const diagnostics: Diagnostic[] = [];
    for (const ref of kept) push({ type: "object", id, object: describe(ref), outcome: "kept" });
    for (const { uid, ...ref } of removed) diagnostics.push(...await removeObject(ref, id, context, uid));
    // Whoever starts the old stack after this finds no database that still writes to its directory.
    diagnostics.push(...await untilGone(removed, id, context));
    if (diagnostics.length > 0) return diagnostics;
  } catch (error) {
    if (error instanceof Failure || !signal.aborted || session.lost.aborted) throw error;
    return [{ code: "run-interrupted", severity: "error", message: "Interrupted", hint: "Run it again" }];
  }
  const gone = new Set(removed.map(entryKey));
  await session.update((state) => {
    const records = new Map(state.records);
    records.delete(id);
    const left = (state.inventory.get(id) ?? []).filter((entry) => !gone.has(entryKey(entry)));
    return { ...state, records, inventory: new Map(state.inventory).set(id, left) };
  });
  return [];
}

function withRecord(state: State, id: string, error: string): State {
  const record = state.records.get(id);
  if (record === undefined) return state;
  const { jobs: _, redo: __, ...rest } = record;
  return { ...state, records: new Map(state.records).set(id, { ...rest, state: "failed", error }) };
}

function stopped({ session }: Holding): Outcome {
  if (session.lost.aborted) throw session.lost.reason;
  return "interrupted";
}
