import assert from "node:assert/strict";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { readinessOf } from "../../lib/cluster/readiness.ts";
import type { Readiness } from "../../lib/cluster/readiness_state.ts";
import { sightings } from "../../lib/cluster/sightings.ts";

type Look = (ms: number, status?: object, job?: LiveObject, pods?: readonly LiveObject[]) => Readiness;

const APPLIED = "2026-01-01T12:00:00Z";
const MESSAGE = "Job has reached configured number of retries without succeeding";

/** Looks at one chart as one wait does, at these times. */
function watcher(): Look {
  let now = 0;
  const memory = sightings(() => now);
  return (ms, status, job, pods = []) => {
    now = ms;
    const metadata = {
      name: "broker",
      namespace: "faf",
      uid: "chart",
      managedFields: [{ manager: "compose-ferry", operation: "Apply", time: APPLIED }],
    };
    const chart: LiveObject = { apiVersion: "helm.cattle.io/v1", kind: "HelmChart", metadata };
    const companions = {
      Job: job === undefined ? [] : [job],
      Pod: pods,
      ReplicaSet: [],
      Deployment: [],
      HelmChart: [],
    };
    return readinessOf({ ...chart, ...(status === undefined ? {} : { status }) }, {
      all: (kind) => companions[kind],
      sightings: memory,
      warnings: () => [],
    });
  };
}

function job(condition?: string, creationTimestamp = "2026-01-01T12:00:01Z", annotations = {}): LiveObject {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: "helm-install-broker",
      uid: `job-${creationTimestamp}`,
      creationTimestamp,
      annotations,
    },
    status: condition === undefined
      ? { active: 1 }
      : { conditions: [{ type: condition, status: "True", message: condition }] },
  };
}

function taken(failed = "False", jobName: string | undefined = "helm-install-broker"): object {
  const conditions = [{ type: "JobCreated", status: "True" }, {
    type: "Failed",
    status: failed,
    message: MESSAGE,
  }];
  return jobName === undefined ? { conditions } : { jobName, conditions };
}

const FORMER = "2026-01-01T11:00:00Z";

Deno.test("a HelmChart is ready when its Job is complete, and not before", () => {
  const look = watcher();
  assert.deepEqual(look(0), { state: "waiting", reason: "no helm-controller took it up yet" });
  assert.equal(look(1_000, taken()).state, "waiting");
  assert.deepEqual(look(2_000, taken(), job()), { state: "waiting", reason: "running" });
  assert.deepEqual(look(3_000, taken(), job("Complete")), { state: "ready" });
});

Deno.test("a HelmChart that nothing takes up fails with the question for k3s", () => {
  const look = watcher();
  look(0);
  assert.equal(look(59_000).state, "waiting");
  const late = look(61_000);
  assert.match(late.state === "failed" ? late.reason : "", /no helm-controller handles it: is this k3s/);
});

Deno.test("a HelmChart fails with its Job, and with what its controller says", () => {
  const ofJob = watcher()(0, taken("True"), job("Failed"));
  assert.deepEqual(ofJob, { state: "failed", reason: "Failed" });
  const look = watcher();
  look(0, taken("True", undefined));
  assert.deepEqual(look(11_000, taken("True", undefined)), { state: "failed", reason: MESSAGE });
});

Deno.test("a HelmChart's waiting line says what its Job's pod waits for", () => {
  const status = {
    containerStatuses: [{
      name: "helm",
      restartCount: 1,
      state: { waiting: { reason: "CrashLoopBackOff" } },
    }],
  };
  const { uid = "" } = job().metadata;
  const pod: LiveObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "helm-install-broker-x", uid: "pod", ownerReferences: [{ uid }] },
    status,
  };
  const found = watcher()(0, taken(), job(), [pod]);
  assert.match(found.state === "waiting" ? found.reason : "", /container "helm" crashed 1 times/);
});

Deno.test("what was left by the version before neither installs nor fails a HelmChart", () => {
  for (const condition of ["Complete", "Failed"]) {
    const look = watcher();
    const status = taken(condition === "Failed" ? "True" : "False");
    assert.equal(look(0, status, job(condition, FORMER)).state, "waiting");
    // A controller that is about to replace the Job says so, however long its pods take to end.
    const replaced = job(condition, FORMER, { "helmcharts.helm.cattle.io/replace-wait": "true" });
    assert.equal(look(60_000, status, replaced).state, "waiting");
    assert.equal(look(61_000, status, job()).state, "waiting");
    assert.equal(look(62_000, taken(), job("Complete")).state, "ready");
  }
});

Deno.test("a Job of before counts when the controller saw nothing to change", () => {
  const look = watcher();
  look(0, taken(), job("Complete", FORMER));
  assert.deepEqual(look(11_000, taken(), job("Complete", FORMER)), { state: "ready" });
});

Deno.test("a HelmChart with the usual condition is judged by it", () => {
  assert.deepEqual(watcher()(0, { conditions: [{ type: "Ready", status: "True", reason: "Simulated" }] }), {
    state: "ready",
  });
});
