import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import { withLiveNeighbours } from "../../lib/migration/live_neighbours.ts";
import type { Plan } from "../../lib/migration/step.ts";

const LABEL = "compose-ferry/neighbour";

function name(host: string, namespace: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: host, namespace: "shop", labels: { [LABEL]: namespace } },
    spec: { type: "ExternalName", externalName: `${host}.${namespace}.svc.cluster.local` },
  };
}

/** As the server has it: with what the run and the server added. */
function live(host: string, namespace: string): { migration: string; object: KubeObject } {
  const planned = name(host, namespace);
  const { metadata } = planned;
  const labels = { ...metadata.labels, "compose-ferry/owner": "shop" };
  const spec = { ...(planned["spec"] as Record<string, unknown>), sessionAffinity: "None" };
  return { migration: "030_configuration", object: { ...planned, metadata: { ...metadata, labels }, spec } };
}

function planOf(...objects: readonly KubeObject[]): Plan {
  const steps = objects.length === 0
    ? []
    : [{ kind: "apply" as const, objects: objects.map((object) => ({ object })) }];
  return { migrations: [{ id: "030_configuration", title: "", why: "", steps, absent: [], claimed: [] }] };
}

Deno.test("a run that is told of no other project keeps the names of before, as they were planned", () => {
  assert.deepEqual(
    withLiveNeighbours(planOf(), [live("sso", "edge")], new Set()),
    planOf(name("sso", "edge")),
  );
});

Deno.test("names of a project that it is told of are as planned, and those of others stay", () => {
  const plan = planOf(name("sso", "edge"));
  const there = [live("sso", "edge"), live("gone", "edge"), live("db", "data")];
  assert.deepEqual(
    withLiveNeighbours(plan, there, new Set(["edge"])),
    planOf(name("sso", "edge"), name("db", "data")),
  );
});

Deno.test("a name that leads into another namespace by now is as planned", () => {
  const plan = planOf(name("sso", "login"));
  assert.deepEqual(withLiveNeighbours(plan, [live("sso", "edge")], new Set(["login"])), plan);
});
