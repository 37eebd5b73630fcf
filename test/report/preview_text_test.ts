import assert from "node:assert/strict";
import { renderPreview } from "../../lib/report/preview_text.ts";
import { renderNewVersion } from "../../lib/report/new_version_text.ts";
import type { MigrationPreview, PlannedChange } from "../../lib/run/dry_run.ts";

function preview(
  reason: MigrationPreview["reason"],
  ...outcomes: readonly PlannedChange["outcome"][]
): string {
  const changes = outcomes.map((outcome) => ({ object: "Service faf/web", outcome }));
  const base = { id: "010_all", title: "All", absent: [], manual: [], diagnostics: [] };
  return renderPreview([{ ...base, reason, changes }], { colour: false, drift: reason === "drift" });
}

Deno.test("renderPreview() says of what was there before whether it is taken over or kept", () => {
  assert.equal(
    preview("new", "adopted", "kept", "unchanged"),
    "010_all All\n" +
      "  ~ Service faf/web to take over\n" +
      "  ! Service faf/web to keep: it was there before and was taken over\n" +
      "Plan: 1 migration, 1 to take over, 1 to keep, 1 unchanged\n",
  );
});

Deno.test("renderPreview() says of a drift what somebody did, not what a run would do", () => {
  assert.equal(
    preview("drift", "configured", "deleted", "replaced"),
    "010_all All, differs from what was applied\n" +
      "  ~ Service faf/web changed (only its mark)\n" +
      "  - Service faf/web gone\n" +
      "  ± Service faf/web made anew: by somebody, after it was deleted\n" +
      "Drift: 1 migration, 1 changed, 1 made anew, 1 gone\n",
  );
});

Deno.test("renderPreview() and renderNewVersion() mark what only a new version changes, and what starts anew", () => {
  const changes: readonly PlannedChange[] = [
    { object: "Deployment faf/web", outcome: "configured", restarts: true },
    { object: "ConfigMap faf/web", outcome: "configured" },
    { object: "Service faf/web", outcome: "unchanged" },
  ];
  const base = {
    id: "050_web",
    title: "Web",
    absent: [],
    manual: [],
    diagnostics: [],
    reason: "changed",
  } as const;
  const previews = [{ ...base, cause: "version", changes }] as const;
  const why = "only this version of the tool changes it: your files and decisions are those of the last run";
  assert.equal(
    renderPreview(previews, { colour: false }),
    "050_web Web, applied before and changed since\n" +
      `  ! ${why}\n` +
      "  ~ Deployment faf/web to change, starts anew (only its mark)\n" +
      "  ~ ConfigMap faf/web to change (only its mark)\n" +
      "Plan: 1 migration, 2 to change, 1 unchanged\n",
  );
  assert.equal(
    renderNewVersion(previews, { colour: false }),
    "This version of the tool plans 1 applied migration otherwise:\n" +
      `050_web Web: ${why}\n` +
      "  Deployment faf/web configured, starts anew\n" +
      "  ConfigMap faf/web configured\n" +
      "1 program would start anew: Deployment faf/web\n",
  );
});
