/** Carries out a plan as a stream of events: one run, under one lock, recorded before and after each migration. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { redact, secretValues } from "../diff/secrets.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import type { RunEvent } from "./event.ts";
import { type LiveIndex, readLiveIndex } from "./live_index.ts";
import {
  type Holding,
  holdLock,
  type Outcome,
  type Push,
  streamRun,
  type Writer,
  type WriterOptions,
} from "./locked.ts";
import { missingRights } from "./rbac.ts";
import { refOf } from "./apply.ts";
import { findTarget, prepareTarget } from "./prepare.ts";
import { type MigrationResult, runMigration } from "./run_migration.ts";
import { loadState, type Session, type Target } from "./session.ts";
import type { InventoryEntry, MigrationRecord } from "./state.ts";
import { rekeyed } from "./status.ts";
import { isTodo, type Selection, selectWork, type Work } from "./work.ts";

/** Who runs what where, and how. */
export interface RunOptions extends WriterOptions, Selection {
  /** Take over fields and objects that others made. */
  readonly adopt?: boolean;
  /** Refuse where an applied migration has changed, instead of applying the change. */
  readonly frozen?: boolean;
}

/**
 * Runs what is left to do, and says everything that happens.
 *
 * Whatever kills it wherever, the next run finishes: every migration is recorded as `running` before its first
 * write and as `applied` after its last, objects are applied by name, and Jobs have names of their own.
 * @throws Failure (4) where the cluster cannot be used, (5) where another run holds the lock
 */
export function execute(plan: Plan, options: RunOptions): AsyncGenerator<RunEvent> {
  return streamRun(options, plan.migrations.length, (writer) => run(plan, options, writer));
}

async function run(plan: Plan, options: RunOptions, writer: Writer): Promise<Outcome> {
  const { client, namespace } = options;
  const found = await findTarget(client, namespace);
  if (found !== undefined && await isUpToDate(plan, options, found, writer.push)) return "unchanged";
  const secrets = secretValues(plan.migrations.flatMap(plannedObjects).map(({ object }) => object));
  const missing = await missingRights(client, plan, namespace);
  if (missing.length > 0) throw new Failure(4, missing);
  const target = await prepareTarget(client, namespace, plan, options.signal);
  return await holdLock(writer, target, (holding) => runAll({ ...holding, plan, options, secrets }));
}

/** The common second run: reads, compares, writes nothing, takes no lock; but a lock that is held is waited for. */
async function isUpToDate(plan: Plan, options: RunOptions, target: Target, push: Push): Promise<boolean> {
  const [state, live] = await Promise.all([loadState(target), readLive(plan, options)]);
  const works = selectWork(plan, state, live, target.key, options);
  refuseChanged(works, options);
  if (state.lock !== undefined || works.some(isTodo)) return false;
  for (const work of works) skip(work, push);
  return true;
}

interface RunContext extends Holding {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly secrets: readonly string[];
}

async function runAll(context: RunContext): Promise<Outcome> {
  const { plan, options, target, session, push, signal } = context;
  if (session.state.isRekeyed) push({ type: "run-warning", diagnostic: rekeyed() });
  const live = await readLive(plan, options);
  const works = selectWork(plan, session.state, live, target.key, options);
  refuseChanged(works, options);
  for (const work of works) {
    if (!isTodo(work)) {
      skip(work, push);
      continue;
    }
    if (signal.aborted) return interrupted(session);
    const outcome = await runOne(work, live, context);
    if (outcome !== "applied") return outcome;
  }
  return works.some(isTodo) ? "applied" : "unchanged";
}

async function runOne(work: Work, live: LiveIndex, context: RunContext): Promise<Outcome> {
  const { options, session, push, signal } = context;
  const { migration, digest, record } = work;
  const { id, title } = migration;
  const planned = plannedObjects(migration);
  const startedAt = options.now();
  const start = performance.now();
  for (const service of migration.absent) push({ type: "service-absent", id, service });
  const resumed = work.reason === "resumed";
  push({ type: "migration-started", id, title, at: startedAt, resumed, objects: planned.length });
  const running: MigrationRecord = {
    state: "running",
    digest,
    objects: planned.length,
    startedAt,
    by: options.by,
    attempt: (record?.attempt ?? 0) + 1,
    epoch: session.state.epoch,
    run: context.runId,
    ...(record?.jobs === undefined || work.reason === "redo" ? {} : { jobs: record.jobs }),
  };
  const before = session.state.inventory.get(id) ?? [];
  // Recorded before they exist: what a run that dies leaves behind can still be found by `prune`.
  const intended = planned.map(({ object }) => ({ ...refOf(object), uid: "" }));
  await writeRecord(session, id, running, merge(intended, before));

  const result = await runSafely(work, live, running, context);
  const durationMs = Math.round(performance.now() - start);
  const jobs = session.state.records.get(id)?.jobs;
  const state = result.diagnostics.length === 0 && !result.isInterrupted ? "applied" : "failed";
  const error = result.isInterrupted ? "interrupted" : result.diagnostics[0]?.message;
  const finishedAt = options.now();
  await writeRecord(session, id, {
    ...running,
    ...(jobs === undefined ? {} : { jobs }),
    state,
    finishedAt,
    durationMs,
    ...(error === undefined ? {} : { error: shorten(redact(error, context.secrets)) }),
  }, merge(session.state.inventory.get(id) ?? [], result.inventory));
  const { diagnostics } = result;
  push({ type: "migration-finished", id, title, state, at: finishedAt, durationMs, diagnostics });
  if (state === "applied") return "applied";
  return signal.aborted ? interrupted(session) : "failed";
}

async function runSafely(
  work: Work,
  live: LiveIndex,
  running: MigrationRecord,
  { options, target, session, push, secrets, signal }: RunContext,
): Promise<MigrationResult & { readonly isInterrupted: boolean }> {
  const { id } = work.migration;
  const jobs = new Set(running.jobs ?? []);
  try {
    const result = await runMigration(work, {
      client: options.client,
      owner: target.namespace,
      key: target.key,
      epoch: session.state.epoch,
      live: work.reason === "redo" ? new Map() : live,
      force: options.adopt ?? false,
      guard: async () => {
        signal.throwIfAborted();
        await session.guard();
      },
      signal,
      push,
      secrets,
      doneJobs: jobs,
      jobDone: async (digest) => {
        jobs.add(digest);
        await writeRecord(
          session,
          id,
          { ...running, jobs: [...jobs] },
          session.state.inventory.get(id) ?? [],
        );
      },
    });
    return { ...result, isInterrupted: false };
  } catch (error) {
    if (session.lost.aborted) throw session.lost.reason;
    if (!options.signal.aborted) throw error;
    return { inventory: [], diagnostics: [], isInterrupted: true };
  }
}

/** Writes one migration's record, and what belongs to it. */
async function writeRecord(
  session: Session,
  id: string,
  record: MigrationRecord,
  inventory: readonly InventoryEntry[],
): Promise<void> {
  await session.update((state) => ({
    ...state,
    records: new Map(state.records).set(id, record),
    inventory: new Map(state.inventory).set(id, inventory),
  }));
}

/** Entries of before that were not applied now stay: they are what `prune` looks for. */
function merge(before: readonly InventoryEntry[], now: readonly InventoryEntry[]): readonly InventoryEntry[] {
  const name = (entry: InventoryEntry): string =>
    [entry.apiVersion, entry.kind, entry.namespace ?? "", entry.name].join(" ");
  const entries = new Map([...before, ...now].map((entry) => [name(entry), entry]));
  return [...entries.values()];
}

function skip({ migration: { id, title, absent }, reason }: Work, push: Push): void {
  for (const service of absent) push({ type: "service-absent", id, service });
  push({ type: "migration-skipped", id, title, reason: reason === "empty" ? "empty" : "applied" });
}

function refuseChanged(works: readonly Work[], { frozen }: RunOptions): void {
  const changed = works.filter(({ reason }) => reason === "changed");
  if (!frozen || changed.length === 0) return;
  throw new Failure(
    1,
    changed.map(({ migration: { id } }) => ({
      code: "run-changed",
      severity: "error",
      message: `Migration "${id}" was applied, but what it plans has changed since`,
      hint: "See what with `deno task migrate --dry-run`; run without --frozen to apply the change",
    })),
  );
}

function interrupted(session: Session): Outcome {
  if (session.lost.aborted) throw session.lost.reason;
  return "interrupted";
}

async function readLive(plan: Plan, { client, namespace }: RunOptions): Promise<LiveIndex> {
  return await readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects));
}

/** At most 512 bytes of the first line: a record is no place for logs. */
function shorten(text: string): string {
  const line = text.split("\n")[0] ?? "";
  return line.length <= 400 ? line : `${line.slice(0, 400)}…`;
}
