/** What is said of what could not be looked at. */
import { deepEqual } from "node:assert/strict";
import { placeByName } from "../../../lib/node/place.ts";
import { judge } from "../../../lib/run/guard/judge.ts";
import type { Sight } from "../../../lib/run/guard/sight.ts";

const PLACE = placeByName("/var/lib/docker/volumes/shop_db/_data");
const PLANNED = {
  object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "db", namespace: "shop" } },
};

const SIGHT: Sight = {
  where: "here",
  workloads: [{ planned: PLANNED, places: [PLACE] }],
  mounting: [],
  engines: { containers: [], silent: [], hasEngine: true },
  pods: { pods: [], uids: new Set() },
  processes: { holders: [], unseen: 0, hidden: [] },
  isShared: () => false,
  isSharedPod: () => false,
};

function said(processes: Partial<Sight["processes"]>): readonly string[] {
  const sight = { ...SIGHT, processes: { ...SIGHT.processes, ...processes } };
  const manner = { severity: "error", doing: "would start", withoutEngine: false } as const;
  return judge(sight, [{ planned: PLANNED, isNew: true }], manner).diagnostics
    .map(({ severity, code }) => `${severity} ${code}`);
}

Deno.test("directories that a run in a container cannot look at end it; processes are a warning", () => {
  deepEqual(said({}), []);
  deepEqual(said({ hidden: [PLACE] }), ["error run-directories-unseen"]);
  deepEqual(said({ unseen: 3 }), ["warning run-processes-unseen"]);
});
