/** Whatever decisions say, no pod of a copy writes where the stack lies. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import { reachesLive } from "../../lib/rehearsal/reaches.ts";
import { projectOf } from "../docker/project.ts";

const BOUNDS = { namespace: "shop-rehearsal", folder: "/opt/.shop-rehearsal" };

const volume = (spec: object): KubeObject => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "db" },
  spec,
});

const pod = (path: string, readOnly?: boolean): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop-rehearsal" },
  spec: {
    template: {
      spec: {
        containers: [{ volumeMounts: [{ name: "host", ...(readOnly === undefined ? {} : { readOnly }) }] }],
        volumes: [{ name: "host", hostPath: { path } }],
      },
    },
  },
});

/** A pod with the claim of the volume. */
const claiming = (readOnly: boolean): KubeObject => ({
  ...pod("/tmp"),
  spec: {
    template: {
      spec: {
        initContainers: [{ volumeMounts: [{ name: "data", readOnly }] }],
        containers: [{ volumeMounts: [{ name: "data", readOnly: true }] }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
    },
  },
});

const said = async (...objects: readonly KubeObject[]): Promise<string[]> =>
  (await reachesLive({ project: projectOf({}), objects }, BOUNDS)).map(({ message }) => message);

Deno.test("copies and what is only read are no matter", async () => {
  const copy = volume({ local: { path: "/opt/.shop-rehearsal/volumes/db" }, claimRef: { name: "data" } });
  assert.deepEqual(await said(copy, claiming(false)), []);
  const live = volume({ hostPath: { path: "/opt/shop/site" }, claimRef: { name: "data" } });
  assert.deepEqual(await said(live, claiming(true)), []);
  assert.deepEqual(await said(pod("/opt/.shop-rehearsal/stack/data")), []);
  assert.deepEqual(await said(pod("/opt/shop/site", true)), []);
});

Deno.test("a place of the stack that may be written to is an error, and so is another namespace", async () => {
  const end = ", which is not the rehearsal's own";
  const live = volume({ local: { path: "/opt/shop/data/db" }, claimRef: { name: "data" } });
  assert.deepEqual(await said(live, claiming(true), claiming(false)), [
    `PersistentVolume db of the copy writes to "/opt/shop/data/db"${end}`,
  ]);
  const beside = volume({ hostPath: { path: "/opt/.shop-rehearsal-2/db" }, claimRef: { name: "data" } });
  assert.equal((await said(beside, claiming(false))).length, 1);
  assert.equal((await said(pod("/opt/shop/data"))).length, 1);
  const job = pod("/srv");
  const cron: KubeObject = { ...job, kind: "CronJob", spec: { jobTemplate: { spec: job["spec"] } } };
  assert.deepEqual(await said(cron), [`CronJob shop-rehearsal/web of the copy writes to "/srv"${end}`]);
  const front = { ...volume({}), kind: "Service", metadata: { name: "traefik", namespace: "kube-system" } };
  assert.deepEqual(await said(front), [
    `Service kube-system/traefik of the copy is in namespace "kube-system"${end}`,
  ]);
});
