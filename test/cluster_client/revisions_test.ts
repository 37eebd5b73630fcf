import assert from "node:assert/strict";
import { currentPods, stuckPods } from "../../lib/cluster/current_pods.ts";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { sightings } from "../../lib/cluster/sightings.ts";
import type { CompanionKind, Companions } from "../../lib/cluster/companions.ts";

const template = (image: string, hash?: string): object => ({
  template: {
    metadata: { labels: { app: "web", ...(hash === undefined ? {} : { "pod-template-hash": hash }) } },
    spec: { containers: [{ name: "web", image }] },
  },
});

function live(kind: string, name: string, more: object = {}, metadata: object = {}): LiveObject {
  return { apiVersion: "x/v1", kind, metadata: { name, uid: name, ...metadata }, ...more };
}

function pod(
  name: string,
  owner: string,
  labels: Record<string, string> = {},
  status: object = {},
): LiveObject {
  return live("Pod", name, { status }, { labels, ownerReferences: [{ uid: owner }] });
}

/** Companions of these objects; the clock stands until it is set forward. */
function around(objects: readonly LiveObject[]): { companions: Companions; later: (ms: number) => void } {
  let now = 0;
  const all = (kind: CompanionKind): readonly LiveObject[] =>
    objects.filter((object) => object.kind === kind);
  return {
    companions: { all, sightings: sightings(() => now), warnings: () => [] },
    later: (ms) => now += ms,
  };
}

const namesOf = (pods: readonly LiveObject[]): readonly string[] => pods.map(({ metadata }) => metadata.name);

Deno.test("currentPods() of a Deployment are those of the ReplicaSet with its template", () => {
  const replicaSet = (name: string, image: string, owner = "web"): LiveObject =>
    live("ReplicaSet", name, { spec: template(image, name) }, { ownerReferences: [{ uid: owner }] });
  const deployment = live("Deployment", "web", { spec: template("web:2") });
  const pods = [pod("old", "set-1"), pod("new", "set-2"), pod("other", "set-3")];
  const sets = [replicaSet("set-1", "web:1"), replicaSet("set-3", "web:2", "somebody-else")];
  assert.deepEqual(currentPods(deployment, around([...sets, ...pods]).companions), []);
  const all = [...sets, replicaSet("set-2", "web:2"), ...pods];
  assert.deepEqual(namesOf(currentPods(deployment, around(all).companions)), ["new"]);
});

Deno.test("currentPods() of StatefulSet, DaemonSet and Job are told by revision, generation and uid", () => {
  const cases: readonly (readonly [LiveObject, readonly LiveObject[]])[] = [
    [live("StatefulSet", "it", { status: { updateRevision: "it-2" } }), [
      pod("old", "it", { "controller-revision-hash": "it-1" }),
      pod("new", "it", { "controller-revision-hash": "it-2" }),
    ]],
    [live("DaemonSet", "it", {}, { annotations: { "deprecated.daemonset.template.generation": "2" } }), [
      pod("old", "it", { "pod-template-generation": "1" }),
      pod("new", "it", { "pod-template-generation": "2" }),
    ]],
    [live("Job", "it"), [pod("old", "the-job-before", { "job-name": "it" }), pod("new", "it")]],
  ];
  for (const [object, pods] of cases) {
    assert.deepEqual(namesOf(currentPods(object, around(pods).companions)), ["new"], object.kind);
  }
});

const crashed = {
  containerStatuses: [{ name: "db", restartCount: 1, state: { waiting: { reason: "CrashLoopBackOff" } } }],
};
const running = {
  containerStatuses: [{ name: "db", restartCount: 0, ready: false, state: { running: {} } }],
};
const ready = { ...running, conditions: [{ type: "Ready", status: "True" }] };

function setOf(spec: object = {}): LiveObject {
  return live("StatefulSet", "db", { spec, status: { updateRevision: "db-2" } });
}
function former(status: object): LiveObject {
  return pod("db-0", "db", { "controller-revision-hash": "db-1" }, status);
}

Deno.test("stuckPods() are those of an earlier revision that crash, never ready or current ones", () => {
  assert.deepEqual(namesOf(stuckPods(setOf(), around([former(crashed)]).companions)), ["db-0"]);
  const current = pod("db-0", "db", { "controller-revision-hash": "db-2" }, crashed);
  const adopted = pod("db-0", "somebody-else", { "controller-revision-hash": "db-1" }, crashed);
  const leaving = { ...former(crashed), metadata: { ...former(crashed).metadata, deletionTimestamp: "now" } };
  for (const one of [former(ready), current, adopted, leaving]) {
    assert.deepEqual(stuckPods(setOf(), around([one]).companions), []);
  }
});

Deno.test("stuckPods() gives a pod that runs time to become ready", () => {
  const { companions, later } = around([former(running)]);
  assert.deepEqual(stuckPods(setOf(), companions), []);
  later(30_001);
  assert.deepEqual(namesOf(stuckPods(setOf(), companions)), ["db-0"]);
});

Deno.test("stuckPods() leaves alone what an operator replaces", () => {
  const strategies = [{ type: "OnDelete" }, { type: "RollingUpdate", rollingUpdate: { partition: 1 } }];
  for (const updateStrategy of strategies) {
    const { companions } = around([former(crashed)]);
    assert.deepEqual(stuckPods(setOf({ updateStrategy }), companions), []);
  }
});
