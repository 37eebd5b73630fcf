/** A service may start without a cut-over although a gate leads to where it ran before. */
import assert from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { LiveSets } from "../../lib/cluster/live_sets.ts";
import { type KubeObject, objectKey } from "../../lib/kube/object.ts";
import { Gates } from "../../lib/run/living/gates.ts";
import { runMigration } from "../../lib/run/run_migration.ts";
import type { SelectedMigration } from "../../lib/run/select_migrations.ts";

const DEPLOYMENT: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "db", namespace: "shop" },
  spec: { template: { spec: { containers: [] } } },
};
const OWNER = { "compose-ferry/owner": "shop" };
const SLICE: KubeObject = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "db-in-docker", namespace: "shop", uid: "u1", labels: OWNER },
};
const SERVICE: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "db", namespace: "shop", uid: "u2", labels: OWNER },
  spec: { selector: { app: "db" } },
};

Deno.test("runMigration(): the gate to a service is closed when its workload is applied as any other", async () => {
  const objects = new Map(
    [SLICE, SERVICE].map((object) => [`${object.kind}/${object.metadata.name}`, object]),
  );
  const client = {
    apply: (object: KubeObject) => Promise.resolve({ object, created: true }),
    get: ({ kind, name }: { readonly kind: string; readonly name: string }) =>
      Promise.resolve(objects.get(`${kind}/${name}`)),
    delete: ({ kind, name }: { readonly kind: string; readonly name: string }) =>
      Promise.resolve(objects.delete(`${kind}/${name}`)),
    list: ({ kind }: { readonly kind: string }) =>
      Promise.resolve({
        items: [...objects.values()].filter((object) => object.kind === kind),
        resourceVersion: "0",
      }),
    connection: { server: "https://127.0.0.1" },
  } as unknown as ClusterClient;
  const { signal } = new AbortController();
  const sets = new LiveSets(client, signal);
  const writing = { client, owner: "shop", epoch: 1, guard: () => Promise.resolve(), sets, push: () => {} };
  const gates = new Gates({
    environment: { DOCKER_HOST: "unix:///nobody/is/there.sock" },
    project: "no-project-of-this-machine",
    namespace: "shop",
    crossings: new Map([[objectKey(DEPLOYMENT), { service: "db", services: ["db"] }]]),
    needs: () => [],
    moved: () => [],
  }, writing);
  const selected = {
    migration: { id: "050", title: "", steps: [{ kind: "apply", objects: [{ object: DEPLOYMENT }] }] },
    // The edge: a migration as far as it is carried out.
  } as unknown as SelectedMigration;
  const context = {
    ...writing,
    key: new Uint8Array(32),
    signal,
    live: new Map(),
    force: false,
    redo: undefined,
    doneJobs: new Set(),
    secrets: [],
    crossing: { gates },
  } as unknown as Parameters<typeof runMigration>[1];
  const { diagnostics } = await runMigration(selected, context);
  assert.deepEqual(diagnostics, []);
  // The Service has a selector: it is the migration's own by now.
  assert.deepEqual([...objects.keys()], ["Service/db"]);
});
