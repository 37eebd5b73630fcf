/** The record of what was done, as text in annotations: reading, writing, and what fits. No I/O. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type DigestKey, digestValue } from "../migration/digest.ts";
import { compareIds } from "../migration/order.ts";
import type { ObjectRef } from "../migration/step.ts";
import {
  EPOCH_ANNOTATION,
  FORMAT,
  FORMAT_ANNOTATION,
  KEY_ANNOTATION,
  LOCK_ANNOTATION,
  MIGRATION_PREFIX,
  ORIGIN_ANNOTATION,
  STATE_NAME,
  WRITE_ANNOTATION,
} from "./names.ts";
import type { Cutover } from "./cutover_record.ts";
import type { MigrationRecord } from "./migration_record.ts";
import type { Origin } from "./origin.ts";
import { chainOf, readRolled, splitRecords, writeRolled } from "./record_budget.ts";

/** Who holds the lock. */
export interface Lock {
  readonly runId: string;
  /** `alice@host pid 812`, for people. */
  readonly holder: string;
  /** Identity of the process, for programs on the same machine: see `holder.ts`. */
  readonly process: string;
  readonly since: string;
}

export type Adoption = "decided" | "done";

/** An object that a migration applied; deleted later only by this uid. */
export interface InventoryEntry extends ObjectRef {
  readonly uid: string;
  /** It was there before, and is not ours to delete: it is to be taken over, or was. */
  readonly adopted?: Adoption;
}

/** The whole record of one target. */
export interface State {
  /** Version of the object on the server; undefined where it was never written. */
  readonly resourceVersion?: string;
  readonly epoch: number;
  readonly lock?: Lock;
  readonly writeId?: string;
  /** Of the last run over the whole plan; undefined where an older version ran it. */
  readonly origin?: Origin;
  /** The key of its digests is gone or another one: nothing recorded can be compared any more. */
  readonly isRekeyed?: boolean;
  /** By id, in the order of the ids. */
  readonly records: ReadonlyMap<string, MigrationRecord>;
  readonly inventory: ReadonlyMap<string, readonly InventoryEntry[]>;
  /** By compose service: those that were moved while they ran, or are on their way. */
  readonly cutovers: ReadonlyMap<string, Cutover>;
}

export const EMPTY_STATE: State = {
  epoch: 0,
  records: new Map(),
  inventory: new Map(),
  cutovers: new Map(),
};

const ROLLED_FILE = "applied-long-ago";
const CUTOVERS_FILE = "cutovers";
/** The first format that has cutovers: a version that knows none of them would forget them. */
const CUTOVER_FORMAT = 2;
const INVENTORY_SUFFIX = ".inventory";
/** The last word of an entry's line. */
const ADOPTIONS: Readonly<Record<string, Adoption>> = { "to-adopt": "decided", adopted: "done" };

interface Chained extends MigrationRecord {
  /** Keyed digest over this record and the `chain` of the one before. */
  readonly chain: string;
}

/**
 * Reads the record. One whose key is gone or another one is read as it is: its digests match nothing, so that every
 * migration counts as changed.
 *
 * @throws Failure (1) where it was written by a newer version or changed by hand
 */
export function readState(object: LiveObject, key: DigestKey | undefined): State {
  const annotations = object.metadata.annotations ?? {};
  refuseFormat(annotations[FORMAT_ANNOTATION]);
  const isRekeyed = key === undefined || ![undefined, keyMark(key)].includes(annotations[KEY_ANNOTATION]);
  const data = dataOf(object);
  const rolled = readRolled(data[ROLLED_FILE]);
  const records = new Map<string, MigrationRecord>(rolled);
  let previous = isRekeyed ? "" : chainOf(rolled, key);
  const ids = Object.keys(annotations).filter((name) => name.startsWith(MIGRATION_PREFIX))
    .map((name) => name.slice(MIGRATION_PREFIX.length)).sort(compareIds);
  for (const id of ids) {
    const name = `${MIGRATION_PREFIX}${id}`;
    const { chain, ...record } = parseJson<Chained>(annotations[name], name);
    if (!isRekeyed && chain !== link(id, record, previous, key)) throw new Failure(1, [brokenChain(id)]);
    previous = chain;
    records.set(id, record);
  }
  const lockText = annotations[LOCK_ANNOTATION];
  const originText = annotations[ORIGIN_ANNOTATION];
  return {
    ...(object.metadata.resourceVersion === undefined
      ? {}
      : { resourceVersion: object.metadata.resourceVersion }),
    epoch: readEpoch(annotations[EPOCH_ANNOTATION]),
    ...(lockText === undefined ? {} : { lock: readLock(lockText) }),
    ...(annotations[WRITE_ANNOTATION] === undefined ? {} : { writeId: annotations[WRITE_ANNOTATION] }),
    ...(originText === undefined ? {} : { origin: parseJson<Origin>(originText, ORIGIN_ANNOTATION) }),
    ...(isRekeyed ? { isRekeyed } : {}),
    records,
    inventory: readInventory(data),
    cutovers: readCutovers(data[CUTOVERS_FILE]),
  };
}

/** The object that holds this state. */
export function writeState(state: State, namespace: string, key: DigestKey): LiveObject {
  const annotations: Record<string, string> = {
    [FORMAT_ANNOTATION]: String(state.cutovers.size === 0 ? FORMAT : CUTOVER_FORMAT),
    [KEY_ANNOTATION]: keyMark(key),
    [EPOCH_ANNOTATION]: String(state.epoch),
    ...(state.lock === undefined ? {} : { [LOCK_ANNOTATION]: JSON.stringify(state.lock) }),
    ...(state.writeId === undefined ? {} : { [WRITE_ANNOTATION]: state.writeId }),
    ...(state.origin === undefined ? {} : { [ORIGIN_ANNOTATION]: JSON.stringify(state.origin) }),
  };
  const { rolled, full } = splitRecords(state.records);
  let previous = chainOf(rolled, key);
  for (const [id, record] of full) {
    previous = link(id, record, previous, key);
    annotations[`${MIGRATION_PREFIX}${id}`] = JSON.stringify({ ...record, chain: previous });
  }
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: STATE_NAME,
      namespace,
      labels: { "app.kubernetes.io/managed-by": "compose-ferry" },
      annotations,
      ...(state.resourceVersion === undefined ? {} : { resourceVersion: state.resourceVersion }),
    },
    data: {
      ...(rolled.length === 0 ? {} : { [ROLLED_FILE]: writeRolled(rolled) }),
      ...(state.cutovers.size === 0
        ? {}
        : { [CUTOVERS_FILE]: JSON.stringify(Object.fromEntries(state.cutovers)) }),
      ...Object.fromEntries(
        [...state.inventory].filter(([, entries]) => entries.length > 0)
          .map(([id, entries]) => [`${id}${INVENTORY_SUFFIX}`, entries.map(entryLine).join("\n")]),
      ),
    },
  };
}

/** Bytes of all annotations and of all data, as the API counts them against 256 KiB and 1 MiB. */
export function stateBytes(object: LiveObject): { readonly annotations: number; readonly data: number } {
  return { annotations: bytesOf(object.metadata.annotations ?? {}), data: bytesOf(dataOf(object)) };
}

function bytesOf(texts: Readonly<Record<string, string>>): number {
  const encoder = new TextEncoder();
  return Object.entries(texts)
    .reduce((sum, [name, text]) => sum + encoder.encode(name).length + encoder.encode(text).length, 0);
}

function link(id: string, record: MigrationRecord, previous: string, key: DigestKey): string {
  return digestValue([id, record, previous], key);
}

/** Tells one key from another, and nothing else of it. */
function keyMark(key: DigestKey): string {
  return digestValue("which key", key);
}

function entryLine(entry: InventoryEntry): string {
  const words = [entry.apiVersion, entry.kind, entry.namespace ?? "", entry.name, entry.uid];
  return [...words, ...Object.keys(ADOPTIONS).filter((word) => ADOPTIONS[word] === entry.adopted)].join(" ");
}

function dataOf(object: LiveObject): Readonly<Record<string, string>> {
  // The edge: `data` of a ConfigMap.
  return (object["data"] ?? {}) as Record<string, string>;
}

function readInventory(data: Readonly<Record<string, string>>): Map<string, readonly InventoryEntry[]> {
  const inventory = new Map<string, readonly InventoryEntry[]>();
  for (const [file, text] of Object.entries(data)) {
    if (!file.endsWith(INVENTORY_SUFFIX)) continue;
    inventory.set(file.slice(0, -INVENTORY_SUFFIX.length), text.split("\n").flatMap(readEntry));
  }
  return inventory;
}

function readCutovers(text: string | undefined): Map<string, Cutover> {
  // The edge: written by `writeState`.
  return new Map(Object.entries(parseJson<Record<string, Cutover>>(text ?? "{}", CUTOVERS_FILE)));
}

function readEntry(line: string): InventoryEntry[] {
  const [apiVersion, kind, namespace, name, uid, adopted] = line.split(" ");
  if (apiVersion === undefined || kind === undefined || name === undefined || uid === undefined) return [];
  const adoption = adopted !== undefined && Object.hasOwn(ADOPTIONS, adopted)
    ? ADOPTIONS[adopted]
    : undefined;
  return [{
    apiVersion,
    kind,
    ...(namespace ? { namespace } : {}),
    name,
    uid,
    ...(adoption === undefined ? {} : { adopted: adoption }),
  }];
}

function readLock(text: string): Lock {
  const lock = parseJson<Lock>(text, LOCK_ANNOTATION);
  const isWhole = [lock.runId, lock.holder, lock.process, lock.since].every((part) =>
    typeof part === "string"
  );
  if (isWhole) return lock;
  throw unreadable(LOCK_ANNOTATION, "is no lock", "remove the annotation where no run is at work");
}

function readEpoch(text = "0"): number {
  const epoch = Number(text);
  if (Number.isSafeInteger(epoch) && epoch >= 0) return epoch;
  throw unreadable(
    EPOCH_ANNOTATION,
    `is "${text}" and no number`,
    "remove the annotation where no run is at work",
  );
}

/** @throws Failure (1) where it is no object in JSON */
function parseJson<Shape>(text: string | undefined, name: string): Shape {
  try {
    const value: unknown = JSON.parse(text ?? "");
    // The edge: written by `writeState`; the chain proves that it is still what was written.
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Shape;
  } catch {
    // As below.
  }
  throw unreadable(name, "is not valid JSON", "remove the annotation to have its migration applied again");
}

function unreadable(name: string, problem: string, remedy: string): Failure {
  return new Failure(1, [{
    code: "run-record-unreadable",
    severity: "error",
    message: `Annotation "${name}" of ConfigMap "${STATE_NAME}" ${problem}`,
    hint: `Somebody edited it; ${remedy}`,
  }]);
}

/** @throws Failure (1) where it is no format that this version knows */
function refuseFormat(text = String(FORMAT)): void {
  const format = Number(text);
  if (format > CUTOVER_FORMAT) throw new Failure(1, [newerFormat(format)]);
  if (Number.isInteger(format) && format > 0) return;
  throw unreadable(
    FORMAT_ANNOTATION,
    `is "${text}" and no version of a format`,
    `set it to "${FORMAT}" again if this version of the program wrote the record`,
  );
}

function newerFormat(format: number): Diagnostic {
  return {
    code: "run-record-newer",
    severity: "error",
    message:
      `The record in the cluster has format ${format}, this program knows formats up to ${CUTOVER_FORMAT}`,
    hint: "Update this checkout to the version that the last run used",
  };
}

function brokenChain(id: string): Diagnostic {
  return {
    code: "run-record-edited",
    severity: "error",
    message: `The record of migration "${id}", or of the one before it, was changed or removed by hand`,
    hint:
      `Look at it with \`kubectl get configmap ${STATE_NAME} -o yaml\`; delete the annotation of "${id}" ` +
      "and of every later migration to have them applied again, which changes nothing that is already right",
  };
}
