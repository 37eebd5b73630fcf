import assert from "node:assert/strict";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { fallenContainers } from "../../lib/run/fallen_containers.ts";

const SINCE = "2026-01-02T10:00:00.500Z";
const BEFORE = { exitCode: 1, finishedAt: "2026-01-02T09:59:59Z" };
const AFTER = { exitCode: 3, finishedAt: "2026-01-02T10:00:07Z" };

interface Given {
  readonly state?: Record<string, unknown>;
  readonly lastState?: Record<string, unknown>;
  readonly ready?: boolean;
  readonly probed?: boolean;
  readonly metadata?: Record<string, unknown>;
}

/** Whether the one container of such a pod has fallen. */
function isFallen(
  { state = { running: {} }, lastState = {}, ready = true, probed = false, metadata }: Given,
): boolean {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-1", namespace: "n", ...metadata },
    spec: {
      containers: [{ name: "web", ...(probed ? { readinessProbe: { tcpSocket: { port: 80 } } } : {}) }],
    },
    status: { containerStatuses: [{ name: "web", ready, restartCount: 1, state, lastState }] },
  };
  // The edge: a pod as the server has it.
  return fallenContainers(pod as unknown as LiveObject, SINCE).length === 1;
}

Deno.test("a container that ended since the run began has fallen, also while it runs once more", () => {
  assert.ok(isFallen({ lastState: { terminated: AFTER } }));
  assert.ok(isFallen({ state: { terminated: AFTER }, ready: false }));
  assert.ok(isFallen({
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: AFTER },
    ready: false,
  }));
  assert.ok(isFallen({ lastState: { terminated: AFTER }, ready: false, probed: true }));
});

Deno.test("what ended before, what a probe says is ready, what goes and what is a Job's has not fallen", () => {
  assert.ok(!isFallen({}));
  assert.ok(!isFallen({ lastState: { terminated: BEFORE } }));
  assert.ok(!isFallen({ lastState: { terminated: AFTER }, probed: true }));
  assert.ok(!isFallen({ lastState: { terminated: AFTER }, metadata: { deletionTimestamp: SINCE } }));
  const ownerReferences = [{ kind: "Job", name: "once" }];
  assert.ok(!isFallen({ state: { terminated: AFTER }, ready: false, metadata: { ownerReferences } }));
});
