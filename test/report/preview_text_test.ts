import assert from "node:assert/strict";
import { renderPreview } from "../../lib/report/preview_text.ts";
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
