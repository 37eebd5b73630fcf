/** Carries out a plan as a stream of events: one run, under one lock, recorded before and after each migration. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { redact, secretValues } from "../diff/secrets.ts";
import { objectKey, type PlannedObject } from "../kube/object.ts";
import type { DigestKey } from "../migration/digest.ts";
import { withCutovers } from "../migration/cutovers.ts";
import { type Plan, plannedObjects, refOf } from "../migration/step.ts";
import { areNamesLost, handNames, hasNames } from "./cluster_names.ts";
import type { RunEvent } from "./event.ts";
import { findForeign, type Foreign, refuseForeign } from "./foreign.ts";
import { mergeEntries } from "./inventory.ts";
import { reportFallen } from "./fallen_containers.ts";
import { randomKey } from "./key.ts";
import { type LiveIndex, readLiveIndex } from "./live_index.ts";
import {
  type Holding,
  holdLock,
  type Outcome,
  type Push,
  streamRun,
  type Writer,
  type WriterOptions,
  writing,
} from "./locked.ts";
import { diagnoseNewVersion } from "./origin.ts";
import { missingRights } from "./rbac.ts";
import { crossingOf, type CrossingOptions, crossingsInForce } from "./crossing_options.ts";
import type { StartGuard } from "./guard/start_guard.ts";
import { findRecord, prepareTarget } from "./prepare.ts";
import { shorten, startOf, writeRecord } from "./running_record.ts";
import { type MigrationResult, runMigration } from "./run_migration.ts";
import { loadState, type Session } from "./session.ts";
import type { Target } from "./target.ts";
import type { MigrationRecord } from "./migration_record.ts";
import { EMPTY_STATE, type InventoryEntry, type State } from "./state.ts";
import { rekeyed } from "./status.ts";
import {
  isPending,
  missingScripts,
  type SelectedMigration,
  type Selection,
  selectMigrations,
} from "./select_migrations.ts";

/** Who runs what where, and how. */
export interface RunOptions extends WriterOptions, Selection {
  /** Take over fields and objects that others made. */
  readonly adopt?: boolean;
  /** The plan as it is with the target's key, which the first run makes. Default: the plan as it is given. */
  readonly planFor?: (key: DigestKey) => Plan;
  /** Apply also what only this version of the program changes. */
  readonly acceptNewVersion?: boolean;
  /** Asked right before each workload that writes to a directory is sent. */
  readonly startGuard?: StartGuard | undefined;
  /** How services come that still run as containers; undefined where their files are all that is known. */
  readonly crossing?: CrossingOptions | undefined;
}

/**
 * Runs what is left to do, and says everything that happens.
 *
 * Whatever kills it wherever, the next run finishes: every migration is recorded as `running` before its first
 * write and as `applied` after its last, objects are applied by name, and Jobs have names of their own.
 * @throws Failure (4) where the cluster cannot be used, (5) where another run holds the lock
 */
export function runPlan(plan: Plan, options: RunOptions): AsyncGenerator<RunEvent> {
  return streamRun(options, plan.migrations.length, (writer) => run(plan, options, writer));
}

async function run(given: Plan, options: RunOptions, writer: Writer): Promise<Outcome> {
  const { client, namespace, planFor = () => given } = options;
  const found = await findRecord(client, namespace);
  const plan = found === undefined ? given : planFor(found.key);
  const seen = await look(plan, options, found);
  refuseNewVersion(seen.selected, options);
  for (const diagnostic of missingScripts(plan, seen.state)) writer.push({ type: "warning", diagnostic });
  const isDone = found !== undefined && isUpToDate(seen) &&
    !isOfAnotherVersion(seen.state, found, options) && !await areNamesLost(plan, { client, namespace });
  if (isDone) {
    for (const one of seen.selected) skip(one, writer.push);
    return "unchanged";
  }
  const missing = await missingRights(client, plan, namespace);
  if (missing.length > 0) throw new Failure(4, missing);
  const adoptions = await findForeign(seen.selected, { client, namespace, ...seen });
  refuseForeign(adoptions, options.adopt);
  const target = found ?? await prepareTarget(client, namespace, plan, options.signal);
  const keyed = found === undefined ? planFor(target.key) : plan;
  const secrets = secretValues(keyed.migrations.flatMap(plannedObjects).map(({ object }) => object));
  return await holdLock(writer, target, (holding) => {
    const crossed = options.crossing === undefined ? keyed : withCutovers(
      keyed,
      crossingsInForce(options.crossing, holding.session.state),
    );
    return runAll({ ...holding, plan: crossed, options, secrets, adoptions });
  });
}

/** The record, what is there of the plan, and what that leaves to do. */
interface Seen {
  readonly state: State;
  readonly live: LiveIndex;
  readonly selected: readonly SelectedMigration[];
}

/** Looks before anything is written. Where no run was there yet, everything is new. */
async function look(plan: Plan, options: RunOptions, target: Target | undefined): Promise<Seen> {
  const [state, live] = target === undefined
    ? [EMPTY_STATE, new Map()]
    : await Promise.all([loadState(target), readLive(plan, options)]);
  const selected = selectMigrations(plan, state, live, target?.key ?? randomKey(), options);
  return { state, live, selected };
}

/** The common second run: reads, compares, writes nothing, takes no lock; but a lock that is held is waited for. */
function isUpToDate({ state, selected }: Seen): boolean {
  return state.lock === undefined && !selected.some(isPending);
}

interface RunContext extends Holding {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly secrets: readonly string[];
  /** Objects of others that are taken over, by `objectKey`. */
  readonly adoptions: ReadonlyMap<string, Foreign>;
}

async function runAll(context: RunContext): Promise<Outcome> {
  const { plan, options, target, session, push, signal } = context;
  if (session.state.isRekeyed) push({ type: "warning", diagnostic: rekeyed() });
  const since = options.now();
  const live = await readLive(plan, options);
  const selected = selectMigrations(plan, session.state, live, target.key, options);
  refuseNewVersion(selected, options);
  await recordOrigin(context);
  await recordAdoptions(selected, context);
  for (const one of selected) {
    const planned = plannedObjects(one.migration);
    if (hasNames(planned)) await tellNames(planned, one.migration.id, context);
    if (!isPending(one)) {
      skip(one, push);
      continue;
    }
    if (signal.aborted) return interrupted(session);
    const outcome = await runOne(one, live, context);
    if (outcome !== "applied") return outcome;
  }
  const done = selected.filter(isPending).map(({ migration }) => migration);
  const planned = done.flatMap(plannedObjects);
  for (const diagnostic of await reportFallen({ ...target, planned, since, secrets: context.secrets })) {
    push({ type: "warning", diagnostic });
  }
  return done.length > 0 ? "applied" : "unchanged";
}

/** Before the programs that ask for them start. */
async function tellNames(
  planned: readonly PlannedObject[],
  id: string,
  { options: { client, namespace }, session, push }: RunContext,
): Promise<void> {
  const { written, diagnostics } = await handNames(planned, {
    client,
    namespace,
    guard: () => session.guard(),
  });
  if (written !== undefined) push({ type: "object", id, object: written, outcome: "configured" });
  for (const diagnostic of diagnostics) push({ type: "warning", diagnostic });
}

/** @throws Failure (1) where this version would change what another one applied, and nobody said that it may */
function refuseNewVersion(selected: readonly SelectedMigration[], { acceptNewVersion }: RunOptions): void {
  const diagnostics = acceptNewVersion ? [] : diagnoseNewVersion(selected);
  if (diagnostics.length > 0) throw new Failure(1, diagnostics);
}

/** A run of another version that changes nothing says so in the record, too. */
function isOfAnotherVersion({ origin }: State, { key }: Target, options: RunOptions): boolean {
  return options.to === undefined && options.origin !== undefined &&
    origin?.tool !== options.origin(key).tool;
}

/**
 * What the plan is made of, before anything of it is applied: all that may change has been accepted. A run over a part
 * of the plan records it only where nothing is recorded yet.
 */
async function recordOrigin({ options, session, target }: RunContext): Promise<void> {
  const { to, origin } = options;
  if (origin === undefined || to !== undefined && session.state.records.size > 0) return;
  const now = origin(target.key);
  if (session.state.origin?.tool === now.tool && session.state.origin.inputs === now.inputs) return;
  await session.update((state) => ({ ...state, origin: now }));
}

/** All that is taken over is recorded first: a run that goes on after this one knows that it was decided. */
async function recordAdoptions(
  selected: readonly SelectedMigration[],
  { session, adoptions }: RunContext,
): Promise<void> {
  if (adoptions.size === 0) return;
  const adopted = selected.map(({ migration }) =>
    [
      migration.id,
      plannedObjects(migration).flatMap(({ object }): readonly InventoryEntry[] => {
        const uid = adoptions.get(objectKey(object))?.live.metadata.uid;
        return uid === undefined ? [] : [{ ...refOf(object), uid, adopted: "decided" }];
      }),
    ] as const
  );
  await session.update((state) => {
    const inventory = new Map(state.inventory);
    for (const [id, entries] of adopted) inventory.set(id, mergeEntries(inventory.get(id) ?? [], entries));
    return { ...state, inventory };
  });
}

async function runOne(selected: SelectedMigration, live: LiveIndex, context: RunContext): Promise<Outcome> {
  const { options, session, push, signal } = context;
  const { id, title } = selected.migration;
  const planned = plannedObjects(selected.migration);
  const start = performance.now();
  for (const service of selected.migration.absent) push({ type: "service-absent", id, service });
  const running = startOf(selected, planned.length, context);
  push({
    type: "migration-started",
    id,
    title,
    at: running.startedAt,
    resumed: selected.reason === "resumed" || selected.record?.redo !== undefined,
    redo: running.redo !== undefined,
    objects: planned.length,
  });
  const before = session.state.inventory.get(id) ?? [];
  // Recorded before they exist: what a run that dies leaves behind can still be found by `prune`.
  const intended = planned.map(({ object }) => ({ ...refOf(object), uid: "" }));
  await writeRecord(session, id, running, mergeEntries(intended, before));

  const result = await runSafely(selected, live, running, context);
  const durationMs = Math.round(performance.now() - start);
  const jobs = session.state.records.get(id)?.jobs;
  const state = result.diagnostics.length === 0 && !result.isInterrupted ? "applied" : "failed";
  const error = result.isInterrupted ? "interrupted" : result.diagnostics[0]?.message;
  const finishedAt = options.now();
  const { redo, ...rest } = running;
  await writeRecord(session, id, {
    ...rest,
    ...(redo === undefined || state === "applied" ? {} : { redo }),
    ...(jobs === undefined ? {} : { jobs }),
    state,
    finishedAt,
    durationMs,
    ...(error === undefined ? {} : { error: shorten(redact(error, context.secrets)) }),
  }, mergeEntries(session.state.inventory.get(id) ?? [], result.inventory));
  const { diagnostics } = result;
  push({ type: "migration-finished", id, title, state, at: finishedAt, durationMs, diagnostics });
  if (state === "applied") return "applied";
  return signal.aborted ? interrupted(session) : "failed";
}

async function runSafely(
  selected: SelectedMigration,
  live: LiveIndex,
  running: MigrationRecord,
  context: RunContext,
): Promise<MigrationResult & { readonly isInterrupted: boolean }> {
  const { options, session, secrets, adoptions } = context;
  const { id } = selected.migration;
  const jobs = new Set(running.jobs ?? []);
  try {
    const result = await runMigration(selected, {
      ...writing(context),
      live,
      force: options.adopt ?? false,
      adoptions,
      redo: running.redo,
      startGuard: options.startGuard,
      crossing: crossingOf(context, options),
      secrets,
      doneJobs: jobs,
      jobDone: async (digest) => {
        jobs.add(digest);
        const record = { ...running, jobs: [...jobs] };
        await writeRecord(session, id, record, session.state.inventory.get(id) ?? []);
      },
    });
    return { ...result, isInterrupted: false };
  } catch (error) {
    if (session.lost.aborted) throw session.lost.reason;
    if (!options.signal.aborted) throw error;
    return { inventory: [], diagnostics: [], isInterrupted: true };
  }
}

function skip({ migration: { id, title, absent }, reason }: SelectedMigration, push: Push): void {
  for (const service of absent) push({ type: "service-absent", id, service });
  push({ type: "migration-skipped", id, title, reason: reason === "empty" ? "empty" : "applied" });
}

function interrupted(session: Session): Outcome {
  if (session.lost.aborted) throw session.lost.reason;
  return "interrupted";
}

async function readLive(plan: Plan, { client, namespace }: RunOptions): Promise<LiveIndex> {
  return await readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects));
}
