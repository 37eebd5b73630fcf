import assert from "node:assert/strict";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { readinessOf } from "../../lib/cluster/readiness.ts";
import type { Readiness } from "../../lib/cluster/readiness_state.ts";
import type { CompanionKind } from "../../lib/cluster/companions.ts";

const APPLIED = "2026-01-01T12:00:00Z";

function named(apiVersion: string, kind: string, more: object = {}, name = "traefik"): LiveObject {
  return { apiVersion, kind, metadata: { name, namespace: "kube-system", uid: `${kind} ${name}` }, ...more };
}

const CONFIG: LiveObject = {
  ...named("helm.cattle.io/v1", "HelmChartConfig"),
  metadata: {
    name: "traefik",
    namespace: "kube-system",
    managedFields: [{ manager: "compose-ferry", operation: "Apply", time: APPLIED }],
  },
};
const CHART = named("helm.cattle.io/v1", "HelmChart", { status: { jobName: "helm-install-traefik" } });

function job(created: string, condition?: string): LiveObject {
  const status = condition === undefined
    ? { active: 1 }
    : { conditions: [{ type: condition, status: "True", message: condition }] };
  const made = named("batch/v1", "Job", { status }, "helm-install-traefik");
  return { ...made, metadata: { ...made.metadata, creationTimestamp: created } };
}

function deployment(available: number): LiveObject {
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: available };
  return named("apps/v1", "Deployment", { spec: { replicas: 1 }, status });
}

/** Looks at Traefik's configuration among these objects, so many milliseconds after the first look. */
function look(others: readonly LiveObject[], ms = 0): Readiness {
  return readinessOf(CONFIG, {
    all: (kind: CompanionKind) => others.filter((one) => one.kind === kind),
    sightings: { since: () => ms, first: () => 0 },
    warnings: () => [],
  });
}

Deno.test("a HelmChartConfig without a chart has nothing to wait for", () => {
  assert.deepEqual(look([]), { state: "ready" });
  assert.deepEqual(look([named("helm.cattle.io/v1", "HelmChart", {}, "another")]), { state: "ready" });
});

Deno.test("a HelmChartConfig waits for the Job of this version, then for the Deployment", () => {
  const [old, now] = [job("2026-01-01T11:00:00Z", "Complete"), job("2026-01-01T12:00:02Z")];
  assert.equal(look([CHART, old, deployment(1)]).state, "waiting", "the Job installed the version before");
  assert.equal(look([CHART, now, deployment(1)]).state, "waiting", "helm is at work");
  const done = job("2026-01-01T12:00:02Z", "Complete");
  assert.deepEqual(look([CHART, done, deployment(0)]), {
    state: "waiting",
    reason: "its Deployment: 0 of 1 pods available",
  });
  assert.deepEqual(look([CHART, done, deployment(1)]), { state: "ready" });
  assert.deepEqual(look([CHART, done]), { state: "ready" }, "a DaemonSet, or elsewhere");
});

Deno.test("a HelmChartConfig that changed nothing is ready when its controller made no Job for a while", () => {
  const old = job("2026-01-01T11:00:00Z", "Complete");
  assert.deepEqual(look([CHART, old, deployment(1)], 20_000), { state: "ready" });
});

Deno.test("a HelmChartConfig that helm refuses, or whose pods cannot start, has failed", () => {
  const failed = look([CHART, job("2026-01-01T12:00:02Z", "Failed")]);
  assert.equal(failed.state, "failed");
  const pending = named("apps/v1", "Deployment", {
    spec: { replicas: 1 },
    status: {
      observedGeneration: 1,
      conditions: [{
        type: "Progressing",
        status: "False",
        reason: "ProgressDeadlineExceeded",
        message: "late",
      }],
    },
  });
  const done = job("2026-01-01T12:00:02Z", "Complete");
  assert.deepEqual(look([CHART, done, pending], 20_000), { state: "failed", reason: "its Deployment: late" });
});
