import assert from "node:assert/strict";
import type { Conversion, ConvertedService } from "../../lib/kube/conversion.ts";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { crossingsOf, withCutovers } from "../../lib/migration/cutovers.ts";
import { digestMigration } from "../../lib/migration/digest.ts";
import { type Plan, plannedObjects, refOf, type Step } from "../../lib/migration/step.ts";

function object(kind: string, name: string): PlannedObject {
  return { object: { apiVersion: "apps/v1", kind, metadata: { name, namespace: "n" } } };
}

function wait({ object }: PlannedObject): Step {
  return { kind: "wait", ref: refOf(object), timeout: "10m" };
}

const [db, web, cache] = [
  object("StatefulSet", "db"),
  object("Deployment", "web"),
  object("DaemonSet", "cache"),
];
const service = object("Service", "db");
const PLAN: Plan = {
  migrations: [{
    id: "050_databases",
    title: "",
    why: "",
    absent: [],
    claimed: [],
    steps: [
      { kind: "apply", objects: [service, db] },
      { kind: "apply", objects: [web, cache] },
      wait(db),
      wait(web),
      wait(cache),
      { kind: "manual", instruction: "look" },
    ],
  }],
};

/** What `crossingsOf` reads of a conversion. */
function conversion(services: Readonly<Record<string, Partial<ConvertedService>>>): Conversion {
  const all = Object.entries(services).map(([name, service]) => [name, { name, workload: [], ...service }]);
  // The edge: nothing else of a conversion is read.
  return { services: new Map(all as [string, ConvertedService][]) } as unknown as Conversion;
}

Deno.test("services cross one after the other, where they stood, with all that runs in their pods", () => {
  const crossings = crossingsOf(conversion({
    db: { workload: [db] },
    exporter: { inPodOf: "db" },
    web: { workload: [web] },
    cache: { workload: [cache] },
  }));
  const [migration] = withCutovers(PLAN, crossings).migrations;
  assert.deepEqual(migration?.steps, [
    { kind: "apply", objects: [service] },
    { kind: "cutover", service: "db", services: ["db", "exporter"], workload: db, waits: [wait(db)] },
    { kind: "apply", objects: [cache] },
    { kind: "cutover", service: "web", services: ["web"], workload: web, waits: [wait(web)] },
    wait(cache),
    { kind: "manual", instruction: "look" },
  ]);
});

Deno.test("how services came does not change what a migration is, and what it applies does", () => {
  const key = new Uint8Array(32).fill(1);
  const crossings = crossingsOf(conversion({ db: { workload: [db] }, web: { workload: [web] } }));
  const [plain] = PLAN.migrations;
  const [crossed] = withCutovers(PLAN, crossings).migrations;
  assert.ok(plain !== undefined && crossed !== undefined);
  assert.equal(digestMigration(crossed, key), digestMigration(plain, key));
  assert.deepEqual(plannedObjects(crossed).length, plannedObjects(plain).length);
  assert.equal(withCutovers(PLAN, new Map()).migrations[0], plain, "nothing crosses, nothing changes");
});
