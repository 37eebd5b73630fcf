/**
 * What is to happen to one object: decided here and nowhere else, from what is planned, what is there and what is
 * recorded. A preview shows these decisions and a run carries them out. No I/O.
 */
import { isImmutable } from "../cluster/api_error.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type KubeObject, objectKey } from "../kube/object.ts";
import { type DigestKey, digestObject } from "../migration/digest.ts";
import type { ObjectOutcome } from "./event.ts";
import type { Foreign } from "./foreign.ts";
import { isAsPlanned, isHandedOver, type LiveIndex } from "./live_index.ts";
import {
  ADOPTED_ANNOTATION,
  DIGEST_ANNOTATION,
  EPOCH_ANNOTATION,
  OWNER_LABEL,
  PREPARED,
  REST_ANNOTATION,
} from "./names.ts";
import { DATA_KINDS } from "./waves.ts";

/** What is there under the object's name. */
export interface Found {
  /** The object of this target's runs; its metadata is enough. */
  readonly live?: LiveObject | undefined;
  /** Somebody else's object, where there is none of this target's. */
  readonly foreign?: Foreign | undefined;
  /** For a `job` step: the Job that is there, whoever made it, with its status; null where there is none. */
  readonly job?: LiveObject | null;
}

/** What was looked up before anything is decided. */
export interface Seen {
  /** The target's namespace. */
  readonly owner: string;
  readonly live: LiveIndex;
  /** By `objectKey`. */
  readonly foreign?: ReadonlyMap<string, Foreign> | undefined;
}

/** What is there under the object's name; of a Job of a `job` step, what was just read counts, not what was listed. */
export function foundOf(object: KubeObject, { owner, live, foreign }: Seen, job?: LiveObject | null): Found {
  const name = objectKey(object);
  const isOurs = job?.metadata.labels?.[OWNER_LABEL] === owner;
  const listed = job === undefined ? live.get(name) : isOurs ? job ?? undefined : undefined;
  return { live: listed, foreign: foreign?.get(name), ...(job === undefined ? {} : { job }) };
}

/** What is recorded of the object's migration, and what the operator asked for. */
export interface Recorded {
  readonly key: DigestKey;
  /** Take over objects and fields of others. */
  readonly adopt: boolean;
  /** Everything that was sent before this epoch is sent once more, and Jobs of before it are run again. */
  readonly redo?: number | undefined;
  /** Digests of the Jobs that were completed; where the migration is done again, since that began. */
  readonly doneJobs: ReadonlySet<string>;
  /** Send also what is as planned, to learn whether somebody changed it. */
  readonly recheck?: boolean;
}

/**
 * What is to happen.
 * - `keep`: nothing; it is as planned, or it is a Job that is done (and may be gone by now).
 * - `refuse`: it is somebody else's, and nobody said that it may be taken over.
 */
export type Change =
  | { readonly kind: "keep" }
  | { readonly kind: "refuse"; readonly foreign: Foreign }
  | Send
  | Replace;

/** It is applied as planned. */
export interface Send {
  readonly kind: "send";
  /** As far as can be known before: see `outcomeOf`. */
  readonly outcome: "created" | "configured" | "adopted";
  /** Nothing of that name was seen. */
  readonly isNew: boolean;
  /** Fields of others are taken over. */
  readonly force: boolean;
  /** An earlier run left it without pods, as it did not start. */
  readonly wasAtRest: boolean;
  /** Of what is or was taken over: who had made it. */
  readonly madeBy?: string;
}

/** It is deleted and made anew. */
export interface Replace {
  readonly kind: "replace";
  readonly deletion: Deletion;
}

export type Deletion = "Background" | "Foreground" | "Orphan";

/**
 * Kinds that may be deleted and made again where a field cannot be changed, and how. They hold no data
 * themselves; a StatefulSet's pods and claims stay (`Orphan`) and are found again by the new one. Pods of others end
 * before the new ones start (`Foreground`), for they may write to one directory.
 */
const REPLACEABLE: Readonly<Record<string, Deletion>> = {
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
 * Decides about one object. A Job of a `job` step runs once for the same inputs; one that failed is made again, because
 * somebody asked for another try, and so is one of before the whole migration was asked for again.
 */
export function decide(object: KubeObject, found: Found, recorded: Recorded): Change {
  const { live, foreign } = found;
  const { key, adopt, redo, doneJobs } = recorded;
  if (foreign !== undefined && !adopt && !foreign.isDecided) return { kind: "refuse", foreign };
  if (found.job !== undefined) {
    const isDone = doneJobs.has(digestObject(object, key));
    if (isDone && (found.job === null || redo !== undefined)) return { kind: "keep" };
    const isOver = found.job !== null && (hasFailed(found.job) || isBefore(found.job, redo));
    if (isOver) return { kind: "replace", deletion: REPLACEABLE["Job"] ?? "Background" };
  }
  const isSame = isAsPlanned(object, live, key) && live !== undefined && !isBefore(live, redo);
  return isSame && !recorded.recheck ? { kind: "keep" } : send(object.kind, found, adopt);
}

/** What is left to do where the server refuses what was sent: undefined where nothing is, and it stays refused. */
export function afterRefusal({ kind }: KubeObject, error: unknown): Replace | undefined {
  const deletion = REPLACEABLE[kind];
  return deletion !== undefined && isImmutable(error) ? { kind: "replace", deletion } : undefined;
}

/**
 * What came of a `Send`, by the server's answer: it alone knows whether something of that name was there after all,
 * or was gone already.
 */
export function outcomeOf({ outcome, isNew }: Send, created: boolean): ObjectOutcome {
  if (created) return "created";
  return outcome === "created" && isNew ? "configured" : outcome;
}

function send(kind: string, { live, foreign }: Found, adopt: boolean): Send {
  const annotations = live?.metadata.annotations;
  const taken = live === undefined ? foreign : undefined;
  const isNew = live === undefined && taken === undefined;
  // What is on its way out takes changes and goes all the same: the new one is made when it is gone.
  const isLeaving = live?.metadata.deletionTimestamp !== undefined && !DATA_KINDS.has(kind);
  // For a reader the namespace that the record needed before its migration is still to be made.
  const isPrepared = annotations?.[DIGEST_ANNOTATION] === PREPARED;
  const madeBy = annotations?.[ADOPTED_ANNOTATION] ?? taken?.madeBy;
  return {
    kind: "send",
    outcome: isNew || isLeaving || isPrepared ? "created" : taken === undefined ? "configured" : "adopted",
    isNew,
    force: adopt || taken !== undefined || live !== undefined && isHandedOver(live),
    wasAtRest: annotations?.[REST_ANNOTATION] !== undefined,
    ...(madeBy === undefined ? {} : { madeBy }),
  };
}

/** Whether the object was sent last by a run of before that epoch. */
function isBefore({ metadata }: LiveObject, epoch: number | undefined): boolean {
  return epoch !== undefined && Number(metadata.annotations?.[EPOCH_ANNOTATION] ?? 0) < epoch;
}

/** Whether the Job has given up. */
function hasFailed(job: LiveObject): boolean {
  // The edge: `status` of a Job.
  const status = job["status"] as { conditions?: readonly { type: string; status: string }[] } | undefined;
  return status?.conditions?.some(({ type, status }) => type === "Failed" && status === "True") ?? false;
}

/** What became of an object of ours: `remade` by somebody under the same name, or its label was taken away. */
export type Fate = "ours" | "gone" | "remade" | "unmarked";

/** @param uid what it was when it was recorded; empty where that is not known */
export function fateOf(live: LiveObject | undefined, owner: string, uid = ""): Fate {
  if (live?.metadata.uid === undefined) return "gone";
  if (uid !== "" && uid !== live.metadata.uid) return "remade";
  return live.metadata.labels?.[OWNER_LABEL] === owner ? "ours" : "unmarked";
}

/**
 * What is to happen to an object that is to go.
 * - `gone`: nothing, as it is not there.
 * - `keep`: it was there before this program came, and stays; which is said and no fault.
 */
export type Removal =
  | { readonly kind: "gone" | "keep" }
  | { readonly kind: "refuse"; readonly why: string }
  | { readonly kind: "delete"; readonly uid: string };

/** Whose objects may go, and which. */
export interface RemovalRule {
  /** The target's namespace, by which its objects are labelled. */
  readonly owner: string;
  readonly uid?: string | undefined;
  /** Delete also what was taken over: access that is revoked has to end. */
  readonly adoptedToo?: boolean | undefined;
}

const NOT_REMOVED: Readonly<Partial<Record<Fate, string>>> = {
  remade: "somebody deleted it and made another one of that name",
  unmarked: "it was not made by this program, or its label was taken away",
};

/** Decides about an object that is to go: only what is ours and still the same one is deleted, and never data. */
export function decideRemoval(
  kind: string,
  live: LiveObject | undefined,
  { owner, uid, adoptedToo = false }: RemovalRule,
): Removal {
  if (DATA_KINDS.has(kind)) {
    return { kind: "refuse", why: "objects of this kind hold data and are never deleted" };
  }
  const fate = fateOf(live, owner, uid);
  const why = NOT_REMOVED[fate];
  if (why !== undefined) return { kind: "refuse", why };
  if (fate === "gone") return { kind: "gone" };
  const isKept = live?.metadata.annotations?.[ADOPTED_ANNOTATION] !== undefined && !adoptedToo;
  return isKept ? { kind: "keep" } : { kind: "delete", uid: live?.metadata.uid ?? "" };
}
