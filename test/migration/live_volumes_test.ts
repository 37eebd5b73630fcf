import assert from "node:assert/strict";
import { withLiveVolumes } from "../../lib/migration/live_volumes.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan } from "../../lib/migration/step.ts";

function volume(name: string, place: Record<string, unknown>, capacity = "10Gi"): KubeObject {
  const spec = { capacity: { storage: capacity }, ...place };
  return { apiVersion: "v1", kind: "PersistentVolume", metadata: { name }, spec };
}

function planOf(...objects: readonly KubeObject[]): Plan {
  const steps = [{ kind: "apply" as const, objects: objects.map((object) => ({ object })) }];
  return { migrations: [{ id: "020_storage", title: "", why: "", steps, absent: [], claimed: [] }] };
}

const LOCAL = { local: { path: "/data" }, nodeAffinity: { required: {} } };
const MADE = { hostPath: { path: "/data", type: "DirectoryOrCreate" } };

Deno.test("a directory that was made with the first run stays one that is made, and takes the rest of the plan", () => {
  const kept = withLiveVolumes(planOf(volume("a", LOCAL, "20Gi")), [volume("a", MADE)]);
  assert.deepEqual(kept, planOf(volume("a", MADE, "20Gi")));
});

Deno.test("a directory that was there stays bound to its node when the disk is not mounted any more", () => {
  const kept = withLiveVolumes(planOf(volume("a", MADE)), [volume("a", LOCAL)]);
  assert.deepEqual(kept, planOf(volume("a", LOCAL)));
});

Deno.test("another path, another volume and another kind are planned as they are", () => {
  const plan = planOf(
    volume("a", { local: { path: "/elsewhere" } }),
    volume("b", LOCAL),
    { apiVersion: "v1", kind: "Service", metadata: { name: "c" }, spec: MADE },
  );
  assert.deepEqual(withLiveVolumes(plan, [volume("a", MADE), volume("c", MADE)]), plan);
});
