/** One decision for every kind of state that an object can be in. */
import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { ApiError } from "../../lib/cluster/api_error.ts";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { type KubeObject, objectKey } from "../../lib/kube/object.ts";
import { digestObject } from "../../lib/migration/digest.ts";
import {
  afterRefusal,
  type Change,
  decide,
  decideRemoval,
  type Found,
  foundOf,
  isReplaceable,
  outcomeOf,
  type Recorded,
  type Send,
} from "../../lib/run/decide.ts";
import type { Foreign } from "../../lib/run/foreign.ts";
import { decorate } from "../../lib/run/marks.ts";
import { ADOPTED_ANNOTATION, DIGEST_ANNOTATION, PREPARED, REST_ANNOTATION } from "../../lib/run/names.ts";
import { DATA_KINDS } from "../../lib/run/waves.ts";

const KEY = new Uint8Array(32).fill(1);
const OWNER = "shop";
const EPOCH = 3;

function planned(kind = "ConfigMap", value = "new"): KubeObject {
  return { apiVersion: "v1", kind, metadata: { name: "app", namespace: OWNER }, data: { value } };
}

/** The object as a run of that epoch left it. */
function applied(object: KubeObject, annotations: Record<string, string> = {}, epoch = EPOCH): LiveObject {
  const { metadata, ...rest } = decorate(object, { owner: OWNER, key: KEY, epoch }, "010_all");
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { ...metadata, uid: "u1", annotations: { ...metadata.annotations, ...annotations } },
  };
}

const theirs: LiveObject = { ...planned("ConfigMap", "theirs"), metadata: { name: "app", uid: "u2" } };
const stranger = (isDecided: boolean): Foreign => ({
  planned: { object: planned() },
  live: theirs,
  madeBy: '"helm"',
  isDecided,
});
/** As k3s makes it from a file of its own: with the label, and by nobody's run. */
const handedOver: LiveObject = {
  ...planned("HelmChartConfig", "k3s"),
  metadata: { name: "app", labels: { "compose-ferry/owner": OWNER }, uid: "u3" },
};
const leaving = (kind: string): LiveObject => {
  const { metadata, ...rest } = applied(planned(kind));
  const gone = { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  return { ...rest, apiVersion: "v1", kind, metadata: gone };
};
const failed = { status: { conditions: [{ type: "Failed", status: "True" }] } };
const complete = { status: { conditions: [{ type: "Complete", status: "True" }] } };
const done = new Set([digestObject(planned("Job"), KEY)]);

const send: Send = { kind: "send", outcome: "configured", isNew: false, force: false, wasAtRest: false };
const create: Send = { ...send, outcome: "created", isNew: true };
const refuse = { kind: "refuse", foreign: stranger(false) } as const;
const keep: Change = { kind: "keep" };
const again: Change = { kind: "replace", deletion: "Background" };

interface Case {
  readonly name: string;
  readonly object?: KubeObject;
  readonly found?: Found;
  readonly recorded?: Partial<Recorded>;
  readonly wanted: Change;
}

const job = planned("Job");
const CASES: readonly Case[] = [
  { name: "new", wanted: create },
  { name: "as planned", found: { live: applied(planned()) }, wanted: keep },
  {
    name: "as planned, looked at again",
    found: { live: applied(planned()) },
    recorded: { recheck: true },
    wanted: send,
  },
  { name: "changed", found: { live: applied(planned("ConfigMap", "old")) }, wanted: send },
  {
    name: "its digest is another key's",
    found: { live: applied(planned(), { [DIGEST_ANNOTATION]: "x" }) },
    wanted: send,
  },
  {
    name: "changed, others' fields taken over",
    found: { live: applied(planned("ConfigMap", "old")) },
    recorded: { adopt: true },
    wanted: { ...send, force: true },
  },
  {
    name: "the namespace as the key needed it",
    found: { live: applied(planned(), { [DIGEST_ANNOTATION]: PREPARED }) },
    wanted: { ...send, outcome: "created" },
  },
  { name: "somebody else's", found: { foreign: stranger(false) }, wanted: refuse },
  {
    name: "somebody else's, taken over",
    found: { foreign: stranger(false) },
    recorded: { adopt: true },
    wanted: { ...send, outcome: "adopted", force: true, madeBy: '"helm"' },
  },
  {
    name: "somebody else's, decided by a run that was killed",
    found: { foreign: stranger(true) },
    wanted: { ...send, outcome: "adopted", force: true, madeBy: '"helm"' },
  },
  {
    name: "taken over long ago, changed",
    found: { live: applied(planned("ConfigMap", "old"), { [ADOPTED_ANNOTATION]: '"helm"' }) },
    wanted: { ...send, madeBy: '"helm"' },
  },
  {
    name: "handed over by k3s",
    object: planned("HelmChartConfig"),
    found: { live: handedOver },
    wanted: { ...send, force: true },
  },
  { name: "being deleted", found: { live: leaving("ConfigMap") }, wanted: { ...send, outcome: "created" } },
  {
    name: "a claim that is being deleted",
    object: planned("PersistentVolumeClaim"),
    found: { live: leaving("PersistentVolumeClaim") },
    wanted: send,
  },
  {
    name: "brought to rest",
    object: planned("Deployment"),
    found: { live: applied(planned("Deployment", "at rest"), { [REST_ANNOTATION]: "true" }) },
    wanted: { ...send, wasAtRest: true },
  },
  {
    name: "done again, sent before",
    found: { live: applied(planned()) },
    recorded: { redo: EPOCH + 1 },
    wanted: send,
  },
  {
    name: "done again, sent since",
    found: { live: applied(planned()) },
    recorded: { redo: EPOCH },
    wanted: keep,
  },
  { name: "a Job, new", object: job, found: { job: null }, wanted: create },
  { name: "a Job that runs", object: job, found: { live: applied(job), job: applied(job) }, wanted: keep },
  {
    name: "a Job that is done",
    object: job,
    found: { live: applied(job), job: { ...applied(job), ...complete } },
    recorded: { doneJobs: done },
    wanted: keep,
  },
  {
    name: "a Job that is done and gone",
    object: job,
    found: { job: null },
    recorded: { doneJobs: done },
    wanted: keep,
  },
  {
    name: "a Job that was done with other inputs and is gone",
    object: planned("Job", "other"),
    found: { job: null },
    recorded: { doneJobs: done },
    wanted: create,
  },
  {
    name: "a Job of other inputs",
    object: planned("Job", "other"),
    found: { live: applied(job), job: applied(job) },
    recorded: { doneJobs: done },
    wanted: send,
  },
  {
    name: "a Job that failed",
    object: job,
    found: { live: applied(job), job: { ...applied(job), ...failed } },
    wanted: again,
  },
  {
    name: "a Job, again",
    object: job,
    found: { live: applied(job), job: applied(job) },
    recorded: { redo: EPOCH + 1 },
    wanted: again,
  },
  {
    name: "a Job, again, done since",
    object: job,
    found: { live: applied(job), job: applied(job) },
    recorded: { redo: EPOCH, doneJobs: done },
    wanted: keep,
  },
  {
    name: "a Job, again, gone",
    object: job,
    found: { job: null },
    recorded: { redo: EPOCH + 1 },
    wanted: create,
  },
  {
    name: "a Job whose record is gone",
    object: job,
    found: { live: applied(job), job: { ...applied(job), ...complete } },
    wanted: keep,
  },
];

for (const { name, object = planned(), found = {}, recorded, wanted } of CASES) {
  Deno.test(`decide(): ${name}`, () => {
    const record: Recorded = { key: KEY, adopt: false, doneJobs: new Set(), ...recorded };
    assert.deepEqual(decide(object, found, record), wanted);
  });
}

const immutable = new ApiError(422, "Invalid", "spec.selector: Invalid value: field is immutable", []);

Deno.test("afterRefusal(): a field that cannot be changed is replaced by kind, and nothing else is", () => {
  const deletions = ["Job", "StatefulSet", "Deployment", "Service", "PersistentVolumeClaim", "ConfigMap"]
    .map((kind) => afterRefusal(planned(kind), immutable))
    .map((change) => change?.deletion);
  assert.deepEqual(deletions, ["Background", "Orphan", "Foreground", "Background", undefined, undefined]);
  for (
    const error of [new ApiError(422, "Invalid", "spec.replicas: must be a number", []), new Error("broken")]
  ) {
    assert.equal(afterRefusal(planned("Deployment"), error), undefined);
  }
});

Deno.test("outcomeOf(): the server knows better whether something was there", () => {
  assert.equal(outcomeOf(create, true), "created");
  assert.equal(outcomeOf(create, false), "configured");
  assert.equal(outcomeOf(send, true), "created");
  assert.equal(outcomeOf({ ...send, outcome: "adopted" }, false), "adopted");
  assert.equal(outcomeOf({ ...send, outcome: "adopted" }, true), "created");
  // The namespace that was prepared is there, and is told as made.
  assert.equal(outcomeOf({ ...send, outcome: "created" }, false), "created");
});

Deno.test("foundOf(): of a Job what was just read counts, and it is ours by its label", () => {
  const listed = new Map([[objectKey(job), applied(job)]]);
  assert.ok(foundOf(job, { owner: OWNER, live: listed }).live !== undefined);
  assert.equal(foundOf(job, { owner: OWNER, live: listed }, null).live, undefined);
  assert.equal(foundOf(job, { owner: OWNER, live: listed }, theirs).live, undefined);
  assert.ok(foundOf(job, { owner: OWNER, live: new Map() }, applied(job)).live !== undefined);
});

Deno.test("decideRemoval(): only what is ours and still the same goes, and never data", () => {
  const live = applied(planned());
  const adopted = applied(planned(), { [ADOPTED_ANNOTATION]: '"helm"' });
  const rule = { owner: OWNER };
  const decided = [
    decideRemoval("ConfigMap", undefined, rule),
    decideRemoval("ConfigMap", live, rule),
    decideRemoval("ConfigMap", live, { ...rule, uid: "u1" }),
    decideRemoval("ConfigMap", live, { ...rule, uid: "u0" }),
    decideRemoval("ConfigMap", theirs, rule),
    decideRemoval("ConfigMap", adopted, rule),
    decideRemoval("ConfigMap", adopted, { ...rule, adoptedToo: true }),
    decideRemoval("PersistentVolumeClaim", live, rule),
  ].map((removal) => removal.kind);
  const wanted = ["gone", "delete", "delete", "refuse", "refuse", "keep", "delete", "refuse"];
  assert.deepEqual(decided, wanted);
});

const KINDS = [
  "ConfigMap",
  "Secret",
  "Service",
  "Deployment",
  "StatefulSet",
  "Job",
  "PersistentVolumeClaim",
  "Namespace",
];
const lives = fc.record({
  value: fc.constantFrom("new", "old"),
  epoch: fc.nat(4),
  marks: fc.subarray([ADOPTED_ANNOTATION, REST_ANNOTATION]),
  isLeaving: fc.boolean(),
  isMarked: fc.boolean(),
});
const cases = fc.record({
  kind: fc.constantFrom(...KINDS),
  live: fc.option(lives, { nil: undefined }),
  isForeign: fc.boolean(),
  isJobStep: fc.boolean(),
  status: fc.constantFrom({}, failed, complete),
  adopt: fc.boolean(),
  redo: fc.option(fc.nat(4), { nil: undefined }),
  isDone: fc.boolean(),
  recheck: fc.boolean(),
});

Deno.test("decide(): takes nothing of others, never replaces data, and has nothing left to do once it is done", () => {
  fc.assert(
    fc.property(cases, (one) => {
      const object = planned(one.kind);
      const live = one.live === undefined ? undefined : applied(
        planned(one.kind, one.live.value),
        Object.fromEntries(one.live.marks.map((mark) => [mark, "true"])),
        one.live.epoch,
      );
      if (live !== undefined && one.live?.isLeaving) live.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
      const isOthers = live === undefined && one.isForeign;
      const found: Found = {
        live,
        ...(isOthers ? { foreign: stranger(false) } : {}),
        ...(one.isJobStep && one.kind === "Job"
          ? { job: live === undefined ? null : { ...live, ...one.status } }
          : {}),
      };
      const recorded: Recorded = {
        key: KEY,
        adopt: one.adopt,
        redo: one.redo,
        doneJobs: new Set(one.isDone ? [digestObject(object, KEY)] : []),
        recheck: one.recheck,
      };
      const before = structuredClone({ object, found });
      const change = decide(object, found, recorded);
      assert.deepEqual({ object, found }, before, "it changes nothing that it is given");
      assert.deepEqual(decide(object, found, recorded), change, "the same again");
      if (isOthers && !one.adopt) return assert.equal(change.kind, "refuse");
      assert.ok(change.kind !== "refuse");
      if (change.kind === "replace") assert.ok(isReplaceable(one.kind) && !DATA_KINDS.has(one.kind));
      if (change.kind === "keep") return;
      const now = applied(object, {}, Math.max(EPOCH, one.redo ?? 0));
      const after: Found = { live: now, ...(found.job === undefined ? {} : { job: now }) };
      assert.deepEqual(decide(object, after, { ...recorded, recheck: false }), keep, "it was carried out");
    }),
    { numRuns: 2000 },
  );
});
