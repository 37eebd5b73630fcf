/** Brings one planned object to the server, as it was decided. */
import { ApiError, isNotFound } from "../cluster/api_error.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { pause } from "../cluster/transport.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import type { KubeObject, PlannedObject } from "../kube/object.ts";
import { FIELD_MANAGER } from "../migration/record_names.ts";
import { refOf } from "../migration/step.ts";
import { carryOut, type Way } from "./carry_out.ts";
import { type Deletion, foundOf, type Recorded } from "./decide.ts";
import type { ObjectOutcome } from "./event.ts";
import type { Foreign } from "./foreign.ts";
import { untilGone } from "./gone.ts";
import type { LiveIndex } from "./live_index.ts";
import type { Writing } from "./locked.ts";
import { refuseStart, type Sending, type StartContext } from "./may_start.ts";
import { DATA_KINDS } from "./waves.ts";
import { standInName } from "./server_dry_run.ts";

/** What applying needs to know about the run. */
export interface ApplyContext
  extends Writing, Pick<StartContext, "startGuard">, Pick<Recorded, "redo" | "doneJobs"> {
  readonly live: LiveIndex;
  readonly force: boolean;
  /** Objects of others that are taken over, by `objectKey`. */
  readonly adoptions?: ReadonlyMap<string, Foreign>;
}

/** The object on the server and what was done. */
export interface Applied {
  readonly outcome: ObjectOutcome;
  /** Undefined for a Job that is done and gone. */
  readonly live: LiveObject | undefined;
  /** It had no pods before. */
  readonly isStarted: boolean;
}

/**
 * Carries out what is decided about the object.
 * @param job the Job of a `job` step that is there, null where there is none
 * @throws ApiError where the server refuses it, StartRefused where it may not start
 */
export async function applyObject(
  context: ApplyContext,
  planned: PlannedObject,
  migration: string,
  job?: LiveObject | null,
): Promise<Applied> {
  const found = foundOf(planned.object, { ...context, foreign: context.adoptions }, job);
  const { change, outcome, answer } = await carryOut(
    planned.object,
    found,
    { ...context, adopt: context.force },
    { marks: context, migration, way: sending(context, planned, migration, found.live) },
  );
  const isStarted = outcome === "created" || outcome === "replaced" ||
    change.kind === "send" && change.wasAtRest;
  return { outcome, live: answer ?? found.live, isStarted };
}

/** Really. */
function sending(
  context: ApplyContext,
  planned: PlannedObject,
  migration: string,
  live: LiveObject | undefined,
): Way<LiveObject> {
  return {
    send: async (body, { force, isNew }) => {
      const { object, created } = await applyLasting({ ...context, force }, body, {
        planned,
        migration,
        isNew,
      });
      return {
        answer: object,
        created: created || live === undefined && wasMadeByUs(object),
        isSame: !created && live?.metadata.resourceVersion === object.metadata.resourceVersion,
      };
    },
    replace: async (body, { deletion }) => {
      // What may not start is not taken away either.
      await refuseStart(context, { planned, migration, isNew: false });
      await removeForReplacement(context, body, migration, deletion);
      return (await applyLasting(context, body, { planned, migration, isNew: true })).object;
    },
  };
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

/** @throws ApiError, before anything is deleted, where the new one has a value that the server refuses */
async function removeForReplacement(
  context: ApplyContext,
  object: KubeObject,
  migration: string,
  deletion: Deletion,
): Promise<void> {
  const ref = refOf(object);
  const found = await context.client.get(ref);
  if (found?.metadata.uid === undefined) return;
  await refuseInvalid(context, object);
  await context.client.delete(ref, found.metadata.uid, deletion, context.guard);
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
