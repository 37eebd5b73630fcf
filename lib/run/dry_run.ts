/** What a run would do, asked from the server itself by dry-runs: exact, validated, and without a write. */
import { diagnoseAccess, isImmutable } from "../cluster/api_error.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type Diagnostic, Failure, type Span } from "../diagnostics/diagnostic.ts";
import { maskVersions, type Versions } from "../diff/mask.ts";
import { normalise } from "../diff/normalise.ts";
import { secretValues } from "../diff/secrets.ts";
import { describeObject, objectKey, type PlannedObject } from "../kube/object.ts";
import { type DigestKey, digestObject } from "../migration/digest.ts";
import { type Plan, plannedObjects, refOf, type Step } from "../migration/step.ts";
import { decorate, isBefore, isReplaceable } from "./apply.ts";
import type { ObjectOutcome } from "./event.ts";
import type { RunOptions } from "./run_plan.ts";
import { diagnoseObject } from "./failure.ts";
import { nextEpoch } from "./fence.ts";
import { diagnoseForeign, findForeign, type Foreign } from "./foreign.ts";
import { randomKey } from "./key.ts";
import { isHandedOver, liveDigest, type LiveIndex, readLiveIndex } from "./live_index.ts";
import { ADOPTED_ANNOTATION } from "./names.ts";
import { findRecord, isPrepared } from "./prepare.ts";
import { isKept } from "./remove.ts";
import { hasFailed } from "./run_migration.ts";
import { loadState } from "./session.ts";
import { EMPTY_STATE } from "./state.ts";
import { describe } from "./wait.ts";
import { isTodo, type Reason, selectWork, type Work } from "./work.ts";
import { type Asking, comingWith, wouldBe, wouldBeNew } from "./would_be.ts";

/** What would happen to one object. The versions are masked. */
export interface PlannedChange extends Versions {
  readonly object: string;
  readonly outcome: ObjectOutcome;
  readonly source?: Span;
}

/** What one migration would do. */
export interface MigrationPreview {
  readonly id: string;
  readonly title: string;
  readonly reason: Reason;
  readonly absent: readonly string[];
  readonly changes: readonly PlannedChange[];
  readonly manual: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a dry-run needs to know of a run. */
export type DryRunOptions = Pick<RunOptions, "client" | "namespace" | "to" | "redo" | "adopt" | "frozen">;

interface Preview {
  readonly options: DryRunOptions;
  readonly key: DigestKey;
  /** What the run's own would be. */
  readonly epoch: number;
  readonly live: LiveIndex;
  readonly secrets: readonly string[];
  readonly asking: Asking;
  /** Objects of others that are in the way, by `objectKey`. */
  readonly foreign: ReadonlyMap<string, Foreign>;
}

/**
 * Previews every migration of the plan. Sends reads and `dryRun=All` requests only.
 * @throws Failure (4) where the cluster cannot be asked
 */
export async function dryRun(plan: Plan, options: DryRunOptions): Promise<readonly MigrationPreview[]> {
  try {
    return await previewWorks(plan, options);
  } catch (error) {
    const access = diagnoseAccess(error, options.client.connection.server);
    throw access === undefined || error instanceof Failure ? error : new Failure(4, [access]);
  }
}

/** As `dryRun`; with `because`, every migration is previewed for that reason, whether it is applied or not. */
export async function previewWorks(
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
  const works = selectWork(plan, state, live, key, options)
    .map((work) => because === undefined ? work : { ...work, reason: because });
  const context: Preview = {
    options,
    key,
    epoch: await nextEpoch({ client, namespace }, state),
    live,
    secrets: secretValues(planned.map(({ object }) => object)),
    asking: { client, force: options.adopt ?? false, coming: comingWith(planned, namespace) },
    foreign: because === "drift" ? new Map() : await findForeign(works, { client, namespace, state, live }),
  };
  return await Promise.all(works.map((work) => previewOne(work, context)));
}

async function previewOne(work: Work, context: Preview): Promise<MigrationPreview> {
  const { id, title, absent, steps } = work.migration;
  const base = { id, title, absent, reason: work.reason };
  if (!isTodo(work)) return { ...base, changes: [], manual: [], diagnostics: [] };
  const jobs = new Set(steps.flatMap((step) => step.kind === "job" ? [step.object] : []));
  const results = await Promise.all(
    plannedObjects(work.migration).map((planned) =>
      previewObject({ planned, work, isJob: jobs.has(planned) }, context)
    ),
  );
  const removed = await Promise.all(steps.map((step) => previewRemoval(step, context)));
  return {
    ...base,
    changes: [...results.flatMap((result) => "change" in result ? [result.change] : []), ...removed.flat()],
    manual: steps.flatMap((step) => step.kind === "manual" ? [step.instruction] : []),
    diagnostics: results.flatMap((result) => "diagnostics" in result ? result.diagnostics : []),
  };
}

interface One {
  readonly planned: PlannedObject;
  readonly work: Work;
  /** Of a `job` step. */
  readonly isJob: boolean;
}

type ObjectResult =
  | { readonly change: PlannedChange }
  | { readonly diagnostics: readonly Diagnostic[] };

async function previewObject(one: One, context: Preview): Promise<ObjectResult> {
  const { options, key, live, foreign, secrets } = context;
  const { planned, work, isJob } = one;
  const { object, source } = planned;
  const base = { object: describeObject(object), ...(source === undefined ? {} : { source }) };
  const unchanged: ObjectResult = { change: { ...base, outcome: "unchanged" } };
  const stranger = foreign.get(objectKey(object));
  const refused = stranger === undefined || options.adopt ? [] : diagnoseForeign([stranger]);
  if (refused.length > 0) return { diagnostics: refused };
  const isKnown = liveDigest(live.get(objectKey(object))) === digestObject(object, key);
  if (isKnown && !isJob && work.reason !== "redo" && work.reason !== "drift") return unchanged;
  const found = await options.client.get(refOf(object));
  if (isJob) {
    const outcome = jobOutcome(one, found, isKnown, context);
    if (outcome === "unchanged") return unchanged;
    if (outcome === "replaced") return { change: { ...base, ...await replaced(object, found, context) } };
  } else if (
    isKnown && work.reason === "redo" && found !== undefined && !isBefore(found, redoOf(one, context))
  ) {
    return unchanged;
  }
  try {
    return { change: { ...base, ...await applied(one, found, context) } };
  } catch (error) {
    if (isImmutable(error) && isReplaceable(object.kind) && found !== undefined) {
      return { change: { ...base, ...await replaced(object, found, context) } };
    }
    return { diagnostics: diagnoseObject(error, planned, options.client.connection.server, secrets) };
  }
}

/** What the run would do with the Job of a step, or undefined where that is what it does with any object. */
function jobOutcome(
  one: One,
  found: LiveObject | undefined,
  isKnown: boolean,
  context: Preview,
): "unchanged" | "replaced" | undefined {
  const { planned: { object }, work: { reason, record } } = one;
  const redo = reason === "redo" ? redoOf(one, context) : undefined;
  const isNewRedo = reason === "redo" && record?.redo === undefined;
  const isDone = !isNewRedo && record?.jobs?.includes(digestObject(object, context.key)) === true;
  if (isDone && (found === undefined || redo !== undefined)) return "unchanged";
  if (found === undefined) return undefined;
  if (hasFailed(found) || isBefore(found, redo)) return "replaced";
  return isKnown && reason !== "drift" ? "unchanged" : undefined;
}

/** The epoch since when the migration is done again: that of the run itself, unless one of before began it. */
function redoOf({ work: { record } }: One, { epoch }: Preview): number {
  return record?.redo ?? epoch;
}

type Change = Pick<PlannedChange, "outcome" | "before" | "after">;

async function applied(
  { planned: { object }, work }: One,
  found: LiveObject | undefined,
  context: Preview,
): Promise<Change> {
  const { options, key, epoch, live, foreign, secrets, asking } = context;
  const stranger = foreign.get(objectKey(object));
  const marks = { owner: options.namespace, key, epoch };
  const adopted = found?.metadata.annotations?.[ADOPTED_ANNOTATION] ?? stranger?.madeBy;
  const isTaken = stranger !== undefined || found !== undefined && isHandedOver(found);
  const force = asking.force || isTaken;
  const after = await wouldBe(decorate(object, marks, work.migration.id, adopted), { ...asking, force });
  const isNew = found === undefined || isPrepared(object, live);
  const outcome = isNew ? "created" : stranger === undefined ? "configured" : "adopted";
  const versions = isNew
    ? { after: object }
    : { before: normalise(found), after: normalise(after ?? { ...found, ...object }) };
  return { outcome, ...maskVersions(versions, secrets) };
}

/** Both versions as the server has them, so that only what differs shows. */
async function replaced(
  object: PlannedObject["object"],
  found: LiveObject | undefined,
  { secrets, asking }: Preview,
): Promise<Change> {
  const after = normalise(await wouldBeNew(object, asking) ?? object);
  const versions = found === undefined ? { after } : { before: normalise(found), after };
  return { outcome: "replaced", ...maskVersions(versions, secrets) };
}

async function previewRemoval(step: Step, { options }: Preview): Promise<readonly PlannedChange[]> {
  if (step.kind !== "remove") return [];
  const found = await options.client.get(step.ref);
  if (found === undefined) return [];
  return [{ object: describe(step.ref), outcome: isKept(found) ? "kept" : "deleted" }];
}
