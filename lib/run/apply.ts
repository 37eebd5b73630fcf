/** Brings one planned object to the server: unchanged, applied, or replaced where its kind allows that. */
import { ApiError, isImmutable, isNotFound } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { pause } from "../cluster/transport.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { type KubeObject, objectKey, type PlannedObject } from "../kube/object.ts";
import { type DigestKey, digestObject } from "../migration/digest.ts";
import { FIELD_MANAGER } from "../migration/record_names.ts";
import { refOf } from "../migration/step.ts";
import type { ObjectOutcome } from "./event.ts";
import type { Foreign } from "./foreign.ts";
import { untilGone } from "./gone.ts";
import { isHandedOver, liveDigest, type LiveIndex } from "./live_index.ts";
import { refuseStart, type Sending, type StartContext } from "./may_start.ts";
import {
  ADOPTED_ANNOTATION,
  DIGEST_ANNOTATION,
  EPOCH_ANNOTATION,
  MIGRATION_ANNOTATION,
  OWNER_LABEL,
} from "./names.ts";
import { DATA_KINDS } from "./waves.ts";
import { standInName } from "./would_be.ts";

/** What every object of a run is marked with. */
export interface Marks {
  /** The target's namespace, by which its objects are labelled. */
  readonly owner: string;
  readonly key: DigestKey;
  /** How often the lock was taken until this run: the server refuses what a replaced run sends late. */
  readonly epoch: number;
}

/** What applying needs to know about the run. */
export interface ApplyContext extends Marks, StartContext {
  readonly client: ClusterClient;
  readonly live: LiveIndex;
  readonly force: boolean;
  /** Objects of others that are taken over, by `objectKey`. */
  readonly adoptions?: ReadonlyMap<string, Foreign>;
  /** Everything that was sent before this epoch is sent once more, and Jobs of before it are run again. */
  readonly redo?: number | undefined;
  /** Called before each write; throws where the right to write is gone. */
  readonly guard: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** The object on the server and what was done. */
export interface Applied {
  readonly outcome: ObjectOutcome;
  readonly live: LiveObject;
}

/**
 * Kinds that may be deleted and made again where a field cannot be changed, and how. They hold no data
 * themselves; a StatefulSet's pods and claims stay (`Orphan`) and are found again by the new one. Pods of others end
 * before the new ones start (`Foreground`), for they may write to one directory.
 */
const REPLACEABLE: Readonly<Record<string, "Background" | "Foreground" | "Orphan">> = {
  Job: "Background",
  StatefulSet: "Orphan",
  Deployment: "Foreground",
  DaemonSet: "Foreground",
  Service: "Background",
  StorageClass: "Background",
  RoleBinding: "Background",
  ClusterRoleBinding: "Background",
};

/** Whether objects of this kind may be deleted and made again. */
export function isReplaceable(kind: string): boolean {
  return REPLACEABLE[kind] !== undefined;
}

/**
 * The object as it is sent: with the owner's label, its digest, its migration and the run's epoch; of one that was
 * taken over also who had made it.
 */
export function decorate(
  object: KubeObject,
  { owner, key, epoch }: Marks,
  migration: string,
  adopted?: string,
): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [OWNER_LABEL]: owner },
      annotations: {
        ...metadata.annotations,
        [DIGEST_ANNOTATION]: digestObject(object, key),
        [MIGRATION_ANNOTATION]: migration,
        [EPOCH_ANNOTATION]: String(epoch),
        ...(adopted === undefined ? {} : { [ADOPTED_ANNOTATION]: adopted }),
      },
    },
  };
}

/** Applies the object unless exactly this was applied before. */
export async function applyObject(
  context: ApplyContext,
  planned: PlannedObject,
  migration: string,
): Promise<Applied> {
  const { object } = planned;
  const live = context.live.get(objectKey(object));
  const isSame = live !== undefined && liveDigest(live) === digestObject(object, context.key);
  if (isSame && !isBefore(live, context.redo)) return { outcome: "unchanged", live };
  const adoption = live === undefined ? context.adoptions?.get(objectKey(object)) : undefined;
  const adopted = live?.metadata.annotations?.[ADOPTED_ANNOTATION] ?? adoption?.madeBy;
  const force = context.force || adoption !== undefined || live !== undefined && isHandedOver(live);
  const sending = { planned, migration, isNew: live === undefined && adoption === undefined };
  try {
    const body = decorate(object, context, migration, adopted);
    const applied = outcomeOf(await applyLasting({ ...context, force }, body, sending), live);
    const isTaken = adoption !== undefined && applied.outcome !== "created";
    return isTaken ? { ...applied, outcome: "adopted" } : applied;
  } catch (error) {
    if (!isImmutable(error) || !isReplaceable(object.kind)) throw error;
    return await replaceObject(context, planned, migration);
  }
}

/** Whether the object was sent last by a run of before that epoch. */
export function isBefore({ metadata }: LiveObject, epoch: number | undefined): boolean {
  return epoch !== undefined && Number(metadata.annotations?.[EPOCH_ANNOTATION] ?? 0) < epoch;
}

/**
 * Deletes the object and makes it again, such as a Job that failed. The new one is ours, whoever made the old one.
 * @throws ApiError, before anything is deleted, where the new one has a value that the server refuses
 */
export async function replaceObject(
  context: ApplyContext,
  planned: PlannedObject,
  migration: string,
): Promise<Applied> {
  const body = decorate(planned.object, context, migration);
  // What may not start is not taken away either.
  await refuseStart(context, { planned, migration, isNew: false });
  await removeForReplacement(context, body, migration);
  const { object: made } = await applyLasting(context, body, { planned, migration, isNew: true });
  return { outcome: "replaced", live: made };
}

/** Asks whether it may start, each time that it is sent: an answer that was lost may be minutes ago. */
async function applyNow(
  context: ApplyContext,
  body: KubeObject,
  sending: Sending,
): Promise<{ object: LiveObject; created: boolean }> {
  await refuseStart(context, sending);
  let isAgain = false;
  const guard = async (): Promise<void> => {
    await context.guard();
    if (isAgain) await refuseStart(context, sending);
    isAgain = true;
  };
  for (let attempt = 0;; attempt++) {
    try {
      return await context.client.apply(body, { force: context.force, guard });
    } catch (error) {
      // A kind whose definition was made a moment ago may not be served yet.
      if (!isUnknownKind(error) || attempt >= 20) throw error;
      await pause(250, context.signal);
    }
  }
}

function outcomeOf(
  { object, created }: { readonly object: LiveObject; readonly created: boolean },
  before: LiveObject | undefined,
): Applied {
  if (created || before === undefined && wasMadeByUs(object)) {
    return { outcome: "created", live: object };
  }
  const isSame = before?.metadata.resourceVersion === object.metadata.resourceVersion;
  return { outcome: isSame ? "unchanged" : "configured", live: object };
}

/**
 * Whether a write of ours made the object although its answer says it was there: the first answer was lost and the
 * write sent again. Then our fields are as old as the object; those of an object of somebody else are younger.
 */
function wasMadeByUs({ metadata }: LiveObject): boolean {
  const ours = metadata.managedFields?.find(({ manager }) => manager === FIELD_MANAGER);
  return metadata.generation === 1 && ours?.time !== undefined && ours.time === metadata.creationTimestamp;
}

/**
 * Applies an object that is to stay. One that is being deleted takes changes and goes all the same, so the new one is
 * made when it is gone; except where it holds data, which is the owner's to decide.
 */
async function applyLasting(
  context: ApplyContext,
  body: KubeObject,
  sending: Sending,
): Promise<{ object: LiveObject; created: boolean }> {
  const applied = await applyNow(context, body, sending);
  if (applied.object.metadata.deletionTimestamp === undefined || DATA_KINDS.has(body.kind)) return applied;
  await waitUntilGone(context, body, sending.migration);
  return await applyNow(context, body, { ...sending, isNew: true });
}

async function removeForReplacement(
  context: ApplyContext,
  object: KubeObject,
  migration: string,
): Promise<void> {
  const ref = refOf(object);
  const found = await context.client.get(ref);
  const propagation = REPLACEABLE[object.kind];
  if (found?.metadata.uid === undefined || propagation === undefined) return;
  await refuseInvalid(context, object);
  await context.client.delete(ref, found.metadata.uid, propagation, context.guard);
  await waitUntilGone(context, object, migration);
}

/** A change that would be refused must not take away what runs: a new one of another name is asked for first. */
async function refuseInvalid({ client }: ApplyContext, object: KubeObject): Promise<void> {
  const metadata = { ...object.metadata, name: standInName(object.metadata.name) };
  try {
    await client.apply({ ...object, metadata }, { dryRun: true, force: true });
  } catch (error) {
    // Only what is wrong with the object itself: two cannot have the same port of the node, or the same address.
    const isInvalid = error instanceof ApiError && error.status === 422 &&
      !/already allocated/.test(error.message);
    if (isInvalid) throw error;
  }
}

/** @throws Failure (1) where it does not go */
async function waitUntilGone(context: ApplyContext, object: KubeObject, migration: string): Promise<void> {
  const left = await untilGone([refOf(object)], migration, context);
  if (left.length > 0) throw new Failure(1, left);
}

function isUnknownKind(error: unknown): boolean {
  return isNotFound(error) && error instanceof ApiError &&
    (error.reason === "UnknownKind" || /could not find the requested resource/.test(error.message));
}
