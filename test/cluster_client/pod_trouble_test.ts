import assert from "node:assert/strict";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { type Trouble, troubleOf } from "../../lib/cluster/pod_trouble.ts";
import { sightings } from "../../lib/cluster/sightings.ts";
import type { Warning } from "../../lib/cluster/companions.ts";

type Look = (pod: LiveObject, ms: number, warnings?: readonly Warning[]) => Trouble | undefined;

/** Looks at pods as one wait does, at these times. */
function watcher(): Look {
  let now = 0;
  const memory = sightings(() => now);
  return (pod, ms, warnings = []) => {
    now = ms;
    return troubleOf(pod, { sightings: memory, warnings: () => warnings });
  };
}

function pod(status: object, uid = "one"): LiveObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web", uid }, status };
}

const container = (restartCount: number, state: object): object => ({
  containerStatuses: [{ name: "main", restartCount, ready: false, state }],
});
const scheduled = { phase: "Pending", conditions: [{ type: "PodScheduled", status: "True" }] };
const creating = pod({ ...scheduled, ...container(0, { waiting: { reason: "ContainerCreating" } }) });
const missing = 'MountVolume.SetUp failed for volume "config" : references non-existent secret key: app.conf';
const noted = (message: string, isRepeated = true, reason = "FailedMount"): Warning => ({
  reason,
  message,
  isRepeated,
});

Deno.test("troubleOf() counts a grace from when the trouble was seen first, pod by pod", () => {
  const look = watcher();
  const waiting = container(0, { waiting: { reason: "ImagePullBackOff" } });
  assert.equal(look(pod(waiting), 60_000)?.isFinal, false);
  assert.equal(look(pod(waiting), 67_000)?.isFinal, false);
  assert.equal(look(pod(waiting, "another"), 69_000)?.isFinal, false);
  assert.equal(look(pod(waiting), 69_000)?.isFinal, true);
});

Deno.test("troubleOf() gives the controller of volumes several of its rounds, and the scheduler one", () => {
  const look = watcher();
  const unscheduled = (message: string, uid: string): LiveObject =>
    pod({ conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] }, uid);
  const full = unscheduled("0/1 nodes are available: 1 Insufficient memory.", "full");
  const unbound = unscheduled(
    "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
    "unbound",
  );
  for (const each of [full, unbound]) assert.equal(look(each, 0)?.isFinal, false);
  assert.equal(look(full, 20_000)?.isFinal, true);
  assert.equal(look(unbound, 50_000)?.isFinal, false);
  assert.equal(look(unbound, 61_000)?.isFinal, true);
});

Deno.test("troubleOf() takes crashes for final that come on while it is looked at", () => {
  const look = watcher();
  const crash = (count: number): LiveObject =>
    pod(container(count, { waiting: { reason: "CrashLoopBackOff" } }));
  assert.equal(look(crash(7), 0)?.isFinal, false);
  assert.equal(look(crash(8), 1_000)?.isFinal, true);
  const other = watcher();
  assert.equal(other(pod(container(0, { running: {} })), 0)?.isFinal, false);
  assert.equal(other(crash(2), 1_000)?.isFinal, false);
  assert.equal(other(crash(3), 2_000)?.isFinal, true);
});

Deno.test("troubleOf() tells a program that ends with success from one that crashes", () => {
  const of = (exitCode: number): string | undefined => {
    const ended = {
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode } },
    };
    return watcher()(pod({ containerStatuses: [{ name: "main", restartCount: 3, ...ended }] }), 0)?.reason;
  };
  assert.match(of(0) ?? "", /ended with success 3 times.*"kind: Job"/);
  assert.match(of(1) ?? "", /crashed 3 times, last exit code 1$/);
});

Deno.test("troubleOf() says what a pod is created for so long, and ends where a volume is not there", () => {
  const look = watcher();
  assert.equal(look(creating, 0, [noted(missing)]), undefined);
  assert.match(look(creating, 6_000)?.reason ?? "", /being created/);
  const trouble = look(creating, 7_000, [noted(missing), noted("timed out", true, "FailedMount")]);
  assert.deepEqual([trouble?.isFinal, trouble?.reason.includes(missing)], [false, true]);
  // Noted before this wait began and not again: somebody may have mended it.
  assert.equal(look(creating, 60_000, [noted(missing, false)])?.isFinal, false);
  assert.equal(look(creating, 60_000, [noted(missing)])?.isFinal, true);
});

Deno.test("troubleOf() does not end for a mount that may still succeed, nor for a pod whose containers run", () => {
  const look = watcher();
  const passing = [
    noted("Unable to attach or mount volumes: timed out waiting for the condition"),
    noted('MountVolume.SetUp failed for volume "x" : object "faf"/"x" not registered'),
    noted('secret "x" not found', true, "FailedToRetrieveImagePullSecret"),
  ];
  look(creating, 0);
  look(creating, 60_000, passing);
  assert.equal(look(creating, 120_000, passing)?.isFinal, false);
  const preparing = pod({
    ...scheduled,
    initContainerStatuses: [{ name: "wait", restartCount: 0, ready: true, state: { running: {} } }],
    ...container(0, { waiting: { reason: "PodInitializing" } }),
  }, "preparing");
  look(preparing, 120_000, [noted(missing)]);
  assert.equal(look(preparing, 180_000, [noted(missing)]), undefined);
});

Deno.test("troubleOf() knows the kubelet's words for what is missing", () => {
  for (
    const message of [
      'MountVolume.SetUp failed for volume "a" : secret "a" not found',
      'MountVolume.SetUp failed for volume "a" : configmap "a" not found',
      'MountVolume.SetUp failed for volume "a" : configmap references non-existent config key: a.conf',
      'MountVolume.SetUp failed for volume "a" : hostPath type check failed: /data/a is not a directory',
      'MountVolume.NewMounter initialization failed for volume "a" : path "/data/a" does not exist',
    ]
  ) {
    const look = watcher();
    look(creating, 0);
    look(creating, 6_000, [noted(message)]);
    assert.equal(look(creating, 22_000, [noted(message)])?.isFinal, true, message);
  }
});
