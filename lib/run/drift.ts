/** What somebody changed in the cluster since: every applied object, compared by the server itself. */
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { describeObject, objectKey, type PlannedObject } from "../kube/object.ts";
import { canonical } from "../migration/digest.ts";
import { type Plan, type PlannedMigration, plannedObjects, refOf, type Step } from "../migration/step.ts";
import { type Fate, fateOf } from "./decide.ts";
import {
  type DryRunOptions,
  type MigrationPreview,
  type PlannedChange,
  previewMigrations,
} from "./dry_run.ts";
import { entryKey } from "./inventory.ts";
import { isAsPlanned, liveDigest, readLiveIndex } from "./live_index.ts";
import { findRecord } from "./prepare.ts";
import { loadState } from "./session.ts";

/**
 * What others did to what was applied: a change of the plan is not somebody else's. `configured` is what was changed,
 * `deleted` what is gone, `replaced` what was deleted and made anew. No write. Empty where nothing differs, or nothing
 * is applied.
 */
export async function readDrift(plan: Plan, options: DryRunOptions): Promise<readonly MigrationPreview[]> {
  const { client, namespace } = options;
  const target = await findRecord(client, namespace);
  if (target === undefined) return [];
  const [state, live] = await Promise.all([
    loadState(target),
    readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects)),
  ]);
  const applied = plan.migrations.filter(({ id }) => state.records.get(id)?.state === "applied");
  const uids = new Map(
    [...state.inventory.values()].flat().map((entry) => [entryKey(entry), entry.uid] as const),
  );
  const listed = ({ object }: PlannedObject): LiveObject | undefined => live.get(objectKey(object));
  const missed = await findMissed(
    applied.flatMap(plannedObjects).filter((planned) => liveDigest(listed(planned)) === undefined),
    { client, namespace, uids },
  );
  const isToCompare = (planned: PlannedObject): boolean =>
    isAsPlanned(planned.object, listed(planned), target.key) ||
    ["remade", "unmarked"].includes(missed.get(planned) ?? "");
  const seen = applied.map((migration) => ({
    ...migration,
    steps: migration.steps.flatMap((step) => narrowed(step, isToCompare)),
  }));
  const previews = await previewMigrations({ migrations: seen }, { ...options, adopt: true }, "drift");
  return previews.map((preview, index) => withMissed(preview, applied[index], missed))
    .filter(({ changes, diagnostics }) => changes.length + diagnostics.length > 0);
}

interface Known {
  readonly client: ClusterClient;
  readonly namespace: string;
  /** Of what was applied, by `objectKey`. */
  readonly uids: ReadonlyMap<string, string>;
}

/** What became of applied objects that are not listed: what was never applied is none, and a Job that is done may be cleaned up by anyone. */
async function findMissed(
  planned: readonly PlannedObject[],
  { client, namespace, uids }: Known,
): Promise<ReadonlyMap<PlannedObject, Fate>> {
  const known = planned.filter(({ object }) =>
    object.kind !== "Job" && (uids.get(objectKey(object)) ?? "") !== ""
  );
  const fates = await Promise.all(known.map(async (one): Promise<readonly [PlannedObject, Fate][]> => {
    const found = await client.get(refOf(one.object));
    const isLeaving = found?.metadata.deletionTimestamp !== undefined;
    return [[one, isLeaving ? "gone" : fateOf(found, namespace, uids.get(objectKey(one.object)))]];
  }));
  return new Map(fates.flat());
}

function narrowed(step: Step, isToCompare: (planned: PlannedObject) => boolean): readonly Step[] {
  if (step.kind === "apply") return [{ ...step, objects: step.objects.filter(isToCompare) }];
  return step.kind === "job" && isToCompare(step.object) ? [step] : [];
}

/** The changes that are somebody's: what differs, what lost its mark, and what is gone. */
function withMissed(
  preview: MigrationPreview,
  migration: PlannedMigration | undefined,
  missed: ReadonlyMap<PlannedObject, Fate>,
): MigrationPreview {
  const fates = new Map(
    [...missed].map(([{ object }, fate]) => [describeObject(object), fate] as const),
  );
  const changed = preview.changes.filter(isDifferent(fates)).map((change): PlannedChange =>
    fates.get(change.object) === "remade" ? { ...change, outcome: "replaced" } : change
  );
  const gone = (migration === undefined ? [] : plannedObjects(migration))
    .filter((planned) => missed.get(planned) === "gone")
    .map(({ object, source }): PlannedChange => ({
      object: describeObject(object),
      outcome: "deleted",
      ...(source === undefined ? {} : { source }),
    }));
  return { ...preview, manual: [], changes: [...changed, ...gone] };
}

function isDifferent(fates: ReadonlyMap<string, Fate>): (change: PlannedChange) => boolean {
  return ({ object, before, after, outcome }) =>
    fates.has(object) ||
    outcome !== "unchanged" && canonical(before ?? null) !== canonical(after ?? null);
}
