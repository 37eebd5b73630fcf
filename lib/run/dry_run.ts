/** What a run would do, asked from the server itself by dry-runs: exact, validated, and without a write. */
import { diagnoseRequest } from "../cluster/api_error.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type Diagnostic, Failure, type Span } from "../diagnostics/diagnostic.ts";
import { maskVersions, type Versions } from "../diff/mask.ts";
import { normalise } from "../diff/normalise.ts";
import { secretValues } from "../diff/secrets.ts";
import { describeObject, type KubeObject, type PlannedObject } from "../kube/object.ts";
import { canonical } from "../migration/digest.ts";
import { type ObjectRef, type Plan, plannedObjects, refOf } from "../migration/step.ts";
import { carryOut, type Way } from "./carry_out.ts";
import { previewNames } from "./cluster_names.ts";
import { decideRemoval, foundOf, type Seen } from "./decide.ts";
import type { ObjectOutcome } from "./event.ts";
import type { RunOptions } from "./run_context.ts";
import { diagnoseObject } from "./failure.ts";
import { nextEpoch } from "./fence.ts";
import { findForeign } from "./foreign.ts";
import { randomKey } from "./key.ts";
import { readLiveIndex } from "./live_index.ts";
import type { Marks } from "./marks.ts";
import type { Cause } from "./origin.ts";
import { findRecord } from "./prepare.ts";
import { refusedRemoval } from "./remove.ts";
import { againOf } from "./running_record.ts";
import { loadState } from "./session.ts";
import { EMPTY_STATE } from "./state.ts";
import { describe } from "./wait.ts";
import { isPending, type Reason, type SelectedMigration, selectMigrations } from "./select_migrations.ts";
import { type Coming, comingWith, dryRunApply, dryRunNew } from "./server_dry_run.ts";

/** What would happen to one object. The versions are masked. */
export interface PlannedChange extends Versions {
  readonly object: string;
  readonly outcome: ObjectOutcome;
  readonly source?: Span;
  /** Its pods start anew: their template changes, or it is made anew. */
  readonly restarts?: boolean;
}

/** What one migration would do. */
export interface MigrationPreview {
  readonly id: string;
  readonly title: string;
  readonly reason: Reason;
  /** It is applied and planned otherwise now, which may be this version's doing: the run asks before it. */
  readonly cause?: Cause;
  readonly absent: readonly string[];
  readonly changes: readonly PlannedChange[];
  readonly manual: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a dry-run needs to know of a run. */
export type DryRunOptions = Pick<
  RunOptions,
  "client" | "namespace" | "to" | "redo" | "adopt" | "frozen" | "origin" | "commandLine"
>;

/** What a preview knows. */
export interface Preview extends Seen, Marks {
  readonly options: DryRunOptions;
  readonly secrets: readonly string[];
  readonly coming: Coming;
}

/**
 * Previews every migration of the plan. Sends reads and `dryRun=All` requests only.
 * @throws Failure (4) where the cluster cannot be asked
 */
export async function dryRun(plan: Plan, options: DryRunOptions): Promise<readonly MigrationPreview[]> {
  try {
    return await previewMigrations(plan, options);
  } catch (error) {
    const access = diagnoseRequest(error, options.client.connection.server);
    throw access === undefined || error instanceof Failure ? error : new Failure(4, [access]);
  }
}

/** As `dryRun`; with `because`, every migration is previewed for that reason, whether it is applied or not. */
export async function previewMigrations(
  plan: Plan,
  options: DryRunOptions,
  because?: Reason,
): Promise<readonly MigrationPreview[]> {
  const { client, namespace } = options;
  const planned = plan.migrations.flatMap(plannedObjects);
  const target = await findRecord(client, namespace);
  const [state, live] = await Promise.all([
    target === undefined ? EMPTY_STATE : loadState(target),
    readLiveIndex(client, namespace, planned),
  ]);
  const key = target?.key ?? randomKey();
  const selected = selectMigrations(plan, state, live, key, options)
    .map((one) => because === undefined ? one : { ...one, reason: because });
  const context: Preview = {
    options,
    owner: namespace,
    key,
    // What the run's own would be.
    epoch: await nextEpoch({ client, namespace }, state),
    live,
    secrets: secretValues(planned.map(({ object }) => object)),
    coming: comingWith(planned, namespace),
    foreign: because === "drift"
      ? new Map()
      : (await findForeign(selected, { client, namespace, state, live })).foreign,
  };
  return await Promise.all(selected.map((one) => previewOne(one, context)));
}

async function previewOne(selected: SelectedMigration, context: Preview): Promise<MigrationPreview> {
  const { id, title, absent, steps } = selected.migration;
  const { reason, cause } = selected;
  const base = { id, title, absent, reason, ...(cause === undefined ? {} : { cause }) };
  if (!isPending(selected)) return { ...base, changes: [], manual: [], diagnostics: [] };
  const jobs = new Set(steps.flatMap((step) => step.kind === "job" ? [step.object] : []));
  const objects = plannedObjects(selected.migration);
  const results = [
    ...await Promise.all(
      objects.map((planned) => previewObject(planned, jobs.has(planned), selected, context)),
    ),
    ...await Promise.all(
      steps.flatMap((step) => step.kind === "remove" ? [previewRemoval(step.ref, context)] : []),
    ),
  ];
  const names = await previewNames(objects, context.options);
  return {
    ...base,
    changes: [
      ...results.flatMap((result) => "outcome" in result ? [result] : []),
      ...(names === undefined ? [] : [{
        object: names.object,
        outcome: names.isNew ? "created" as const : "configured" as const,
        ...maskVersions(names.versions, context.secrets),
      }]),
    ],
    manual: steps.flatMap((step) => step.kind === "manual" ? [step.instruction] : []),
    diagnostics: results.flatMap((result) => "outcome" in result ? [] : result.diagnostics),
  };
}

/** The change, or why there is none. */
export type Previewed = PlannedChange | { readonly diagnostics: readonly Diagnostic[] };

/** What a run would do with one object of a migration; `isJob`: of a `job` step. */
export async function previewObject(
  planned: PlannedObject,
  isJob: boolean,
  selected: SelectedMigration,
  context: Preview,
): Promise<Previewed> {
  const { options, secrets } = context;
  const { object, source } = planned;
  try {
    const job = isJob ? await options.client.get(refOf(object)) ?? null : undefined;
    const { outcome, answer = {} } = await carryOut(
      object,
      foundOf(object, context, job),
      {
        ...againOf(selected, context.epoch),
        key: context.key,
        adopt: options.adopt ?? false,
        recheck: selected.reason === "drift",
      },
      { marks: context, migration: selected.migration.id, way: asking(object, context) },
    );
    const versions = outcome === "created" ? { after: object } : answer;
    return {
      object: describeObject(object),
      ...(source === undefined ? {} : { source }),
      outcome,
      ...(isRestart(object.kind, outcome, answer) ? { restarts: true } : {}),
      ...maskVersions(versions, secrets),
    };
  } catch (error) {
    if (error instanceof Failure) return { diagnostics: error.diagnostics };
    return { diagnostics: diagnoseObject(error, planned, options.client.connection.server, secrets) };
  }
}

/** Whether pods that run now end and start anew. A StatefulSet that is made anew finds its pods again. */
function isRestart(kind: string, outcome: ObjectOutcome, { before, after }: Versions): boolean {
  if (before === undefined || !["Deployment", "StatefulSet", "DaemonSet"].includes(kind)) return false;
  // The edge: `spec` of a workload.
  const template = (object?: KubeObject): unknown =>
    (object?.["spec"] as { template?: unknown } | undefined)?.template;
  const isOther = canonical(template(before)) !== canonical(template(after));
  return isOther || outcome === "replaced" && kind !== "StatefulSet";
}

/** By dry-runs; what comes back is both versions as the server has them, so that only what differs shows. */
function asking(object: KubeObject, { options: { client }, coming }: Preview): Way<Versions> {
  const found = async (): Promise<LiveObject | undefined> => await client.get(refOf(object));
  return {
    send: async (body, { force }) => {
      const before = await found();
      const answered = await dryRunApply(body, { client, force, coming });
      const after = answered?.object ?? { ...before, ...object };
      return {
        answer: { ...(before === undefined ? {} : { before: normalise(before) }), after: normalise(after) },
        created: answered?.created ?? before === undefined,
      };
    },
    replace: async (body) => {
      const [before, after] = await Promise.all([found(), dryRunNew(body, client)]);
      return {
        ...(before === undefined ? {} : { before: normalise(before) }),
        after: normalise(after ?? body),
      };
    },
  };
}

async function previewRemoval(ref: ObjectRef, { options: { client }, owner }: Preview): Promise<Previewed> {
  const removal = decideRemoval(ref.kind, await client.get(ref), { owner });
  switch (removal.kind) {
    case "gone":
      return { diagnostics: [] };
    case "refuse":
      return { diagnostics: [refusedRemoval(ref, removal.why)] };
    default:
      return { object: describe(ref), outcome: removal.kind === "keep" ? "kept" : "deleted" };
  }
}
