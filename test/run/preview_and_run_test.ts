/** Whatever is there and recorded: what a preview says of an object is what a run does with it. */
import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { ApiError } from "../../lib/cluster/api_error.ts";
import type { ApplyOptions } from "../../lib/cluster/apply_request.ts";
import type { Applied, ClusterClient } from "../../lib/cluster/client.ts";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { LiveSets } from "../../lib/cluster/live_sets.ts";
import { normalise } from "../../lib/diff/normalise.ts";
import { describeObject, type KubeObject, objectKey, type PlannedObject } from "../../lib/kube/object.ts";
import { digestObject } from "../../lib/migration/digest.ts";
import type { PlannedMigration } from "../../lib/migration/step.ts";
import { type Preview, previewObject } from "../../lib/run/dry_run.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import type { Foreign } from "../../lib/run/foreign.ts";
import { decorate } from "../../lib/run/marks.ts";
import type { MigrationRecord } from "../../lib/run/migration_record.ts";
import { ADOPTED_ANNOTATION, OWNER_LABEL, REST_ANNOTATION } from "../../lib/run/names.ts";
import { runMigration } from "../../lib/run/run_migration.ts";
import { againOf } from "../../lib/run/running_record.ts";
import { refuseForeign } from "../../lib/run/foreign.ts";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import type { Reason, SelectedMigration } from "../../lib/run/select_migrations.ts";

const KEY = new Uint8Array(32).fill(1);
const OWNER = "shop";
/** Of the run that is previewed. */
const EPOCH = 5;

const WAITED = new Error("the Job is waited for");

/** One place for one object, with an API server's manners: what is immutable, whose a field is, what is on its way out. */
class Shelf {
  readonly connection = { server: "https://shelf" };
  writes = 0;
  written: LiveObject | undefined;
  #versions = 10;
  #live: LiveObject | undefined;
  readonly #isOthers: boolean;

  constructor(live: LiveObject | undefined, isOthers: boolean) {
    this.#live = live;
    this.#isOthers = isOthers;
  }

  /** What is on its way out is gone as soon as somebody looks after a write. */
  get(): Promise<LiveObject | undefined> {
    const isGone = this.writes > 0 && this.#live?.metadata.deletionTimestamp !== undefined;
    if (isGone) this.#live = undefined;
    return Promise.resolve(this.#live);
  }

  async apply(body: KubeObject, { dryRun, force, guard }: ApplyOptions = {}): Promise<Applied> {
    if (!dryRun) await guard?.();
    const before = body.metadata.name === "app" ? this.#live : undefined;
    if (before !== undefined && this.#isOthers && !force) {
      const cause = { reason: "FieldManagerConflict", field: ".data", message: 'conflict with "helm"' };
      throw new ApiError(409, "Conflict", "Apply failed with 1 conflict", [cause]);
    }
    if (before !== undefined && before["immutable"] !== body["immutable"]) {
      throw new ApiError(422, "Invalid", "immutable: field is immutable", []);
    }
    const kept = before === undefined ? { uid: "new" } : {
      uid: before.metadata.uid,
      ...(before.metadata.deletionTimestamp === undefined
        ? {}
        : { deletionTimestamp: before.metadata.deletionTimestamp }),
    };
    const version = dryRun ? before?.metadata.resourceVersion ?? "0" : String(this.#versions++);
    const object = {
      ...body,
      metadata: { ...body.metadata, ...kept, resourceVersion: version },
    } as LiveObject;
    if (!dryRun) {
      this.writes++;
      this.#live = object;
      this.written = object;
    }
    return { object, created: before === undefined };
  }

  /** Asked for only to wait for a Job, which is not what is compared here. */
  list(): Promise<never> {
    return Promise.reject(WAITED);
  }

  async delete(_ref: unknown, uid: string, _propagation: unknown, guard: () => Promise<void>): Promise<void> {
    await guard();
    assert.equal(uid, this.#live?.metadata.uid);
    this.writes++;
    this.#live = undefined;
  }

  /** The edge: only what carrying out one object asks for. */
  asClient(): ClusterClient {
    return this as unknown as ClusterClient;
  }
}

const KINDS = ["ConfigMap", "Deployment", "StatefulSet", "Service", "Job", "PersistentVolumeClaim"];
const REASONS: readonly Reason[] = ["new", "resumed", "changed", "damaged", "redo"];
const cases = fc.record({
  kind: fc.constantFrom(...KINDS),
  there: fc.constantFrom("nothing", "ours", "ours", "ours", "theirs", "theirs, decided", "handed over"),
  isSame: fc.boolean(),
  isImmutable: fc.boolean(),
  isLeaving: fc.boolean(),
  isOthers: fc.boolean(),
  marks: fc.subarray([ADOPTED_ANNOTATION, REST_ANNOTATION]),
  epoch: fc.integer({ min: 1, max: 4 }),
  status: fc.constantFrom("Complete", "Failed", "Running"),
  reason: fc.constantFrom(...REASONS),
  redo: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  isDone: fc.boolean(),
  adopt: fc.boolean(),
});
type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never;

function objectOf({ kind }: Case, data: string, immutable = "a"): KubeObject {
  return {
    apiVersion: "v1",
    kind,
    metadata: { name: "app", namespace: OWNER },
    data: { mode: data },
    immutable,
  };
}

function liveOf(one: Case): LiveObject | undefined {
  if (one.there === "nothing") return undefined;
  const object = objectOf(one, one.isSame ? "new" : "old", one.isImmutable && !one.isSame ? "b" : "a");
  const status = one.kind === "Job" ? { status: { conditions: [{ type: one.status, status: "True" }] } } : {};
  const server = { uid: "there", resourceVersion: "7" };
  if (one.there.startsWith("theirs")) {
    return { ...object, ...status, metadata: { ...object.metadata, ...server } };
  }
  if (one.there === "handed over") {
    return {
      ...object,
      ...status,
      metadata: { ...object.metadata, ...server, labels: { [OWNER_LABEL]: OWNER } },
    };
  }
  const { metadata, ...rest } = decorate(object, { owner: OWNER, key: KEY, epoch: one.epoch }, "010_all");
  const marked = Object.fromEntries(one.marks.map((mark) => [mark, '"helm"']));
  return {
    ...rest,
    ...status,
    apiVersion: "v1",
    kind: one.kind,
    metadata: {
      ...metadata,
      ...server,
      annotations: { ...metadata.annotations, ...marked },
      ...(one.isLeaving ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
  };
}

function selectedOf(one: Case, planned: PlannedObject): SelectedMigration {
  const isJob = one.kind === "Job";
  const steps = isJob
    ? [{ kind: "job", object: planned, timeout: "1ms" } as const]
    : [{ kind: "apply", objects: [planned] } as const];
  const migration: PlannedMigration = { id: "010_all", title: "", why: "", steps, absent: [], claimed: [] };
  const record: MigrationRecord = {
    ...{ state: "applied", digest: "", objects: 1, startedAt: "", by: "", attempt: 1, epoch: 1, run: "" },
    ...(one.isDone ? { jobs: [digestObject(planned.object, KEY)] } : {}),
    ...(one.redo === undefined ? {} : { redo: one.redo }),
  };
  return { migration, digest: "", reason: one.reason, ...(one.reason === "new" ? {} : { record }) };
}

/** Both are asked about the same; each says its outcomes, or what it refuses. */
async function compare(one: Case): Promise<string> {
  const planned = { object: objectOf(one, "new") };
  const key = objectKey(planned.object);
  const live = liveOf(one);
  const shelf = new Shelf(live, one.isOthers && one.there !== "nothing");
  const isTheirs = live !== undefined && one.there.startsWith("theirs");
  const foreign = new Map<string, Foreign>(
    isTheirs ? [[key, { planned, live, madeBy: '"helm"', isDecided: one.there.endsWith("decided") }]] : [],
  );
  const index = new Map(live === undefined || isTheirs ? [] : [[key, live]]);
  const selected = selectedOf(one, planned);
  const shared = { owner: OWNER, key: KEY, epoch: EPOCH, live: index, secrets: [] };
  const client = shelf.asClient();
  const preview: Preview = {
    ...shared,
    foreign,
    options: { client, namespace: OWNER, adopt: one.adopt },
    coming: { namespaces: new Set(), kinds: new Set(), policies: new Set(), roles: new Set() },
  };
  const said = await previewObject(planned, one.kind === "Job", selected, preview);
  assert.equal(shelf.writes, 0, "a preview writes nothing");

  const events: RunEvent[] = [];
  const refusedBefore = ((): Failure | undefined => {
    try {
      refuseForeign(foreign, one.adopt);
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
    return undefined;
  })();
  const signal = new AbortController().signal;
  const diagnostics = refusedBefore?.diagnostics ?? await runMigration(selected, {
    ...shared,
    ...againOf(selected, EPOCH),
    client,
    sets: new LiveSets(client, signal),
    adoptions: foreign,
    force: one.adopt,
    guard: () => Promise.resolve(),
    signal,
    push: (event) => void events.push(event),
    jobDone: () => Promise.resolve(),
  }).then((result) => result.diagnostics, (error) => {
    if (error === WAITED) return [];
    throw error;
  });
  const done = events.flatMap((event) => event.type === "object" ? [[event.object, event.outcome]] : []);
  if (!("outcome" in said)) {
    assert.deepEqual(diagnostics, said.diagnostics);
    assert.deepEqual(done, []);
    return "refused";
  }
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(done, [[describeObject(planned.object), said.outcome]]);
  if (said.outcome === "unchanged") assert.equal(shelf.writes, 0);
  else {
    const now = shelf.written;
    assert.ok(now !== undefined && said.after !== undefined);
    assert.deepEqual(normalise(now), normalise(said.after), "it became what was shown");
  }
  return said.outcome;
}

Deno.test("what a preview says of an object is what a run does with it, whatever is there and recorded", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const outcome = await compare(one);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }),
    { numRuns: 1500 },
  );
  for (const outcome of ["unchanged", "created", "configured", "adopted", "replaced", "refused"]) {
    assert.ok((seen.get(outcome) ?? 0) > 0, `no case was ${outcome}: ${JSON.stringify([...seen])}`);
  }
});
