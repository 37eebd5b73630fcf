/** Carries out a plan as a stream of events: one run, under one lock, recorded before and after each migration. */
import type { LiveObject } from "../cluster/live_object.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { secretValues } from "../diff/secrets.ts";
import { objectKey, type PlannedObject } from "../kube/object.ts";
import { withCutovers } from "../migration/cutovers.ts";
import { type Plan, plannedObjects, refOf } from "../migration/step.ts";
import { areNamesLost, handNames, hasNames } from "./cluster_names.ts";
import type { RunEvent } from "./event.ts";
import { findForeign, type Foreign, isThere, refuseForeign } from "./foreign.ts";
import { mergeEntries } from "./inventory.ts";
import { reportFallen } from "./fallen_containers.ts";
import { randomKey } from "./key.ts";
import { indexOf, type LiveIndex, readLiveIndex } from "./live_index.ts";
import { holdLock, type Outcome, type Push, streamRun, type Writer } from "./locked.ts";
import { diagnoseNewVersion } from "./origin.ts";
import { missingRights } from "./rbac.ts";
import { crossingOf, crossingsInForce } from "./crossing_options.ts";
import { findRecord, prepareTarget } from "./prepare.ts";
import type { RunContext, RunOptions } from "./run_context.ts";
import { interrupted, pushInOrder, runOne } from "./run_one.ts";
import { loadState } from "./session.ts";
import type { Target } from "./target.ts";
import { EMPTY_STATE, type InventoryEntry, type State } from "./state.ts";
import { rekeyed } from "./status.ts";
import { isPending, missingScripts, type SelectedMigration, selectMigrations } from "./select_migrations.ts";

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
  const others = await lookForOthers(plan, seen, found, options);
  const { adoptions, isNewPlace } = others;
  const target = found ?? await prepareTarget(client, namespace, plan, options.signal, isNewPlace);
  const keyed = found === undefined ? planFor(target.key) : plan;
  const secrets = secretValues(keyed.migrations.flatMap(plannedObjects).map(({ object }) => object));
  return await holdLock(writer, target, (holding) => {
    const crossed = options.crossing === undefined ? keyed : withCutovers(
      keyed,
      crossingsInForce(options.crossing, holding.session.state),
    );
    const crossing = crossingOf(holding, options);
    // Who was faster in a place that was not there has left a record.
    const isFirst = isNewPlace && holding.session.state.records.size === 0;
    const context = { ...holding, plan: crossed, options, secrets, adoptions, crossing };
    return runAll({ ...context, isNewPlace: isFirst }, seen, others);
  }, isNewPlace || found !== undefined ? { state: seen.state, isNewPlace } : undefined);
}

interface Others {
  readonly adoptions: ReadonlyMap<string, Foreign>;
  /** All that was found under planned names, whoever made it. */
  readonly found: readonly LiveObject[];
  /** The target's namespace is not there: nothing can be in it. */
  readonly isNewPlace: boolean;
}

/**
 * What of others a run would meet.
 * @throws Failure (4) where rights are missing, (1) where something is in the way
 */
async function lookForOthers(
  plan: Plan,
  seen: Seen,
  target: Target | undefined,
  { client, namespace, adopt, commandLine, signal }: RunOptions,
): Promise<Others> {
  const [missing, isNewPlace] = await Promise.all([
    missingRights(client, plan, namespace, signal),
    target === undefined && isThere(namespace, client).then((isThere) => !isThere),
  ]);
  if (missing.length > 0) throw new Failure(4, missing);
  const { foreign, all } = await findForeign(seen.selected, { client, namespace, ...seen, isNewPlace });
  refuseForeign(foreign, adopt, commandLine);
  return { adoptions: foreign, found: all, isNewPlace };
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

async function runAll(context: RunContext, seen: Seen, others: Others): Promise<Outcome> {
  const { plan, options, target, session, signal } = context;
  const push = pushInOrder(context);
  if (session.state.isRekeyed) push({ type: "warning", diagnostic: rekeyed() });
  const since = options.now();
  const live = await readLiveAgain(context, seen, others);
  const selected = selectMigrations(plan, session.state, live, target.key, options);
  refuseNewVersion(selected, options);
  recordOrigin(context);
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
  const { sets, secrets } = context;
  for (const diagnostic of await reportFallen({ ...target, sets, planned, since, secrets })) {
    push({ type: "warning", diagnostic });
  }
  return done.length > 0 ? "applied" : "unchanged";
}

/**
 * What is there of the plan. Where no run was at work and none came in between, that is what was seen before the lock was
 * taken; what a run that died had sent may have arrived since.
 */
async function readLiveAgain(
  { plan, options, session, isNewPlace }: RunContext,
  seen: Seen,
  { found }: Others,
): Promise<LiveIndex> {
  const { resourceVersion, lock } = seen.state;
  const isSame = resourceVersion !== undefined && resourceVersion === session.takenOn;
  if (isSame && lock === undefined) return seen.live;
  if (!isNewPlace) return await readLive(plan, options);
  const planned = plan.migrations.flatMap(plannedObjects);
  // Its namespace is there by now: this run prepared it, and marked it when it took the lock.
  const { fenced } = session;
  return indexOf(fenced === undefined ? found : [...found, fenced], options.namespace, planned);
}

/** Before the programs that ask for them start. */
async function tellNames(
  planned: readonly PlannedObject[],
  id: string,
  context: RunContext,
): Promise<void> {
  const { options: { client, namespace }, session } = context;
  const push = pushInOrder(context);
  const { written, diagnostics } = await handNames(planned, {
    client,
    namespace,
    guard: () => session.guard(),
  });
  if (written !== undefined) push({ type: "object", id, object: written, outcome: "configured" });
  for (const diagnostic of diagnostics) push({ type: "warning", diagnostic });
}

/** @throws Failure (1) where this version would change what another one applied, and nobody said that it may */
function refuseNewVersion(
  selected: readonly SelectedMigration[],
  { acceptNewVersion, commandLine }: RunOptions,
): void {
  const diagnostics = acceptNewVersion ? [] : diagnoseNewVersion(selected, commandLine);
  if (diagnostics.length > 0) throw new Failure(1, diagnostics);
}

/** A run of another version that changes nothing says so in the record, too. */
function isOfAnotherVersion({ origin }: State, { key }: Target, options: RunOptions): boolean {
  return options.to === undefined && options.origin !== undefined &&
    origin?.tool !== options.origin(key).tool;
}

/**
 * What the plan is made of, with the first write and so before anything of it is applied: all that may change has been
 * accepted. A run over a part of the plan records it only where nothing is recorded yet.
 */
function recordOrigin({ options, session, target }: RunContext): void {
  const { to, origin } = options;
  if (origin === undefined || to !== undefined && session.state.records.size > 0) return;
  const now = origin(target.key);
  if (session.state.origin?.tool === now.tool && session.state.origin.inputs === now.inputs) return;
  session.later((state) => ({ ...state, origin: now }), () => {});
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

function skip({ migration: { id, title, absent }, reason }: SelectedMigration, push: Push): void {
  for (const service of absent) push({ type: "service-absent", id, service });
  push({ type: "migration-skipped", id, title, reason: reason === "empty" ? "empty" : "applied" });
}

async function readLive(plan: Plan, { client, namespace }: RunOptions): Promise<LiveIndex> {
  return await readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects));
}
