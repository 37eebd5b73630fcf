/** What somebody changed in the cluster since: every applied object, compared by the server itself. */
import type { Plan } from "../migration/step.ts";
import { canonical } from "../migration/digest.ts";
import { type DryRunOptions, type MigrationPreview, previewWorks } from "./dry_run.ts";
import { findTarget } from "./prepare.ts";
import { loadState } from "./session.ts";

/**
 * Previews the applied migrations as if they were applied anew, and keeps what would change. No write.
 * Empty where nothing differs, or nothing is applied.
 */
export async function readDrift(plan: Plan, options: DryRunOptions): Promise<readonly MigrationPreview[]> {
  const target = await findTarget(options.client, options.namespace);
  if (target === undefined) return [];
  const state = await loadState(target);
  const applied = plan.migrations.filter(({ id }) => state.records.get(id)?.state === "applied");
  const previews = await previewWorks({ migrations: applied }, { ...options, adopt: true }, "drift");
  return previews.map((preview) => ({
    ...preview,
    changes: preview.changes.filter(({ before, after, outcome }) =>
      outcome !== "unchanged" && canonical(before ?? null) !== canonical(after ?? null)
    ),
  })).filter(({ changes, diagnostics }) => changes.length + diagnostics.length > 0);
}
