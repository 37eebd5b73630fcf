/** Which migrations are applied, pending or changed, by at most three requests and no write. */
import { diagnoseRequest } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { type DigestKey, digestMigration } from "../migration/digest.ts";
import { compareIds } from "../migration/order.ts";
import { type Plan, type PlannedMigration, plannedObjects } from "../migration/step.ts";
import type { MigrationState } from "./event.ts";
import { renewedAt } from "./heartbeat.ts";
import { isCertainlyDead } from "./holder.ts";
import { readKey } from "./key.ts";
import { KEY_NAME, LEASE_NAME, STATE_NAME } from "./names.ts";
import type { Cutover, CutoverState } from "./cutover_record.ts";
import type { MigrationRecord } from "./migration_record.ts";
import { EMPTY_STATE, readState, type State } from "./state.ts";
import { missingScripts } from "./select_migrations.ts";

/** One line of `status`. */
export interface MigrationStatus {
  readonly id: string;
  readonly title: string;
  readonly state: MigrationState;
  readonly objects: number;
  /** Of its objects, those that were there before and were taken over: nothing here deletes them. */
  readonly adopted: number;
  /** It was applied, and is being applied again: the next run goes on with that. */
  readonly redo: boolean;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly by: string | null;
  /** The run that worked on it last. */
  readonly run: string | null;
  readonly error: string | null;
}

/** A run that holds the lock now. */
export interface RunInProgress {
  readonly runId: string;
  readonly holder: string;
  readonly since: string;
  /** By the holder's clock. */
  readonly heartbeatAt: string | null;
  /** Its process ran on this machine and is not there any more: the next run takes over at once. */
  readonly isGone: boolean;
}

/** A service that was moved while it ran, or is on its way. */
export interface ServiceStatus {
  readonly service: string;
  readonly state: CutoverState;
  /** Who serves it, by the record; nobody while it is on its way. */
  readonly servedBy: "cluster" | "containers" | "nobody";
  /** Since when. */
  readonly since: string;
  /** The containers that were stopped for it, and are started again when it goes back. */
  readonly containers: readonly string[];
}

/** What `status -o json` prints. */
export interface Status {
  readonly schemaVersion: 1;
  readonly cluster: { readonly context: string; readonly server: string; readonly namespace: string };
  /** The last migration that is applied, in the order of the plan. */
  readonly current: string | null;
  /** The first that the next `migrate` would work on. */
  readonly next: string | null;
  readonly run: RunInProgress | null;
  readonly migrations: readonly MigrationStatus[];
  readonly services: readonly ServiceStatus[];
}

/**
 * Compares the plan with the record.
 * @throws Failure (4) where the cluster cannot be asked
 */
export async function readStatus(
  plan: Plan,
  client: ClusterClient,
  namespace: string,
): Promise<{ readonly status: Status; readonly diagnostics: readonly Diagnostic[] }> {
  const { key, state, lease } = await read(client, namespace);
  const planned = plan.migrations.map((migration) => statusOf(migration, state, key));
  const known = new Set(plan.migrations.map(({ id }) => id));
  const missing = [...state.records].filter(([id]) => !known.has(id)).map(([id, record]) =>
    line(id, state, { title: id, state: "missing", objects: record.objects })
  );
  const migrations = [...planned, ...missing].sort((left, right) => compareIds(left.id, right.id));
  const open = planned.find(({ state }) => !["applied", "skipped"].includes(state));
  return {
    status: {
      schemaVersion: 1,
      cluster: { context: client.connection.context, server: client.connection.server, namespace },
      current: planned.findLast(({ state }) => state === "applied")?.id ?? null,
      next: open?.id ?? null,
      run: state.lock === undefined ? null : {
        runId: state.lock.runId,
        holder: state.lock.holder,
        since: state.lock.since,
        heartbeatAt: renewedAt(lease) ?? null,
        isGone: isCertainlyDead(state.lock.process),
      },
      migrations,
      services: [...state.cutovers].map(serviceStatus),
    },
    diagnostics: [...missingScripts(plan, state), ...(state.isRekeyed ? [rekeyed()] : [])],
  };
}

function serviceStatus([service, cutover]: [string, Cutover]): ServiceStatus {
  const { state, since, containers } = cutover;
  return {
    service,
    state,
    servedBy: servedBy(cutover),
    since,
    containers: containers.map(({ name }) => name),
  };
}

/** In an overlap the containers are stopped only when the pod is ready. */
function servedBy({ state, mode }: Cutover): ServiceStatus["servedBy"] {
  if (state === "verified") return "cluster";
  if (state === "prepared") return "containers";
  if (mode === undefined || state === "back") return "nobody";
  return state === "opening" ? "containers" : "cluster";
}

/** What is said of a record whose digests nobody can compare any more. */
export function rekeyed(): Diagnostic {
  return {
    code: "run-key-replaced",
    severity: "warning",
    message: `The record's digests were made with a key that is not in Secret "${KEY_NAME}" any more`,
    hint:
      "The next `deno task migrate` compares nothing and applies everything again: pods restart, Jobs run once more",
  };
}

interface Read {
  readonly key: DigestKey | undefined;
  readonly state: State;
  readonly lease: LiveObject | undefined;
}

async function read(client: ClusterClient, namespace: string): Promise<Read> {
  try {
    const [key, object, lease] = await Promise.all([
      readKey(client, namespace),
      client.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: STATE_NAME }),
      client.get({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name: LEASE_NAME }),
    ]);
    return {
      key,
      state: object === undefined ? EMPTY_STATE : readState(object, key),
      lease,
    };
  } catch (error) {
    const access = diagnoseRequest(error, client.connection.server);
    throw access === undefined ? error : new Failure(4, [access]);
  }
}

function statusOf(migration: PlannedMigration, state: State, key: DigestKey | undefined): MigrationStatus {
  const record = state.records.get(migration.id);
  const objects = plannedObjects(migration).length;
  const { id, title } = migration;
  return line(id, state, { title, state: stateOf(migration, state, record, key), objects });
}

function stateOf(
  migration: PlannedMigration,
  state: State,
  record: MigrationRecord | undefined,
  key: DigestKey | undefined,
): MigrationState {
  if (record === undefined || key === undefined) return migration.steps.length === 0 ? "skipped" : "pending";
  if (record.state === "failed") return "failed";
  // Without a holder nobody works on it any more: the next run resumes it.
  if (record.state === "running") return state.lock === undefined ? "failed" : "running";
  return record.digest === digestMigration(migration, key) ? "applied" : "changed";
}

function line(
  id: string,
  { records, inventory }: State,
  known: Pick<MigrationStatus, "title" | "state" | "objects">,
): MigrationStatus {
  const record = records.get(id);
  return {
    id,
    ...known,
    adopted: (inventory.get(id) ?? []).filter(({ adopted }) => adopted).length,
    redo: record?.redo !== undefined,
    startedAt: record?.startedAt ?? null,
    finishedAt: record?.finishedAt ?? null,
    durationMs: record?.durationMs ?? null,
    by: record?.by ?? null,
    run: record?.run ?? null,
    error: record?.error ?? null,
  };
}
