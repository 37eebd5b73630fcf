/** What somebody changed in the cluster since: every applied object, compared by the server itself. */
import { objectKey, type PlannedObject } from "../kube/object.ts";
import { canonical, digestObject } from "../migration/digest.ts";
import { type Plan, plannedObjects, type Step } from "../migration/step.ts";
import { type DryRunOptions, type MigrationPreview, previewWorks } from "./dry_run.ts";
import { liveDigest, readLiveIndex } from "./live_index.ts";
import { findTarget } from "./prepare.ts";
import { loadState } from "./session.ts";

/**
 * Previews what was applied and is still planned like that, as if it were applied anew, and keeps what would change:
 * a change of the plan is not somebody else's. No write. Empty where nothing differs, or nothing is applied.
 */
export async function readDrift(plan: Plan, options: DryRunOptions): Promise<readonly MigrationPreview[]> {
  const { client, namespace } = options;
  const target = await findTarget(client, namespace);
  if (target === undefined) return [];
  const [state, live] = await Promise.all([
    loadState(target),
    readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects)),
  ]);
  const isSame = ({ object }: PlannedObject): boolean =>
    liveDigest(live.get(objectKey(object))) === digestObject(object, target.key);
  const applied = plan.migrations.filter(({ id }) => state.records.get(id)?.state === "applied")
    .map((migration) => ({
      ...migration,
      steps: migration.steps.flatMap((step) => unchanged(step, isSame)),
    }));
  const previews = await previewWorks({ migrations: applied }, { ...options, adopt: true }, "drift");
  return previews.map((preview) => ({
    ...preview,
    changes: preview.changes.filter(({ before, after, outcome }) =>
      outcome !== "unchanged" && canonical(before ?? null) !== canonical(after ?? null)
    ),
  })).filter(({ changes, diagnostics }) => changes.length + diagnostics.length > 0);
}

function unchanged(step: Step, isSame: (planned: PlannedObject) => boolean): readonly Step[] {
  if (step.kind === "apply") return [{ ...step, objects: step.objects.filter(isSame) }];
  return step.kind === "job" && !isSame(step.object) ? [] : [step];
}
