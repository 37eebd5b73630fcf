import assert from "node:assert/strict";
import type { RunningContainer } from "../../lib/docker/containers.ts";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { inUse } from "../../lib/run/in_use.ts";

function volume(name: string, path: string): PlannedObject {
  return {
    object: {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: { claimRef: { namespace: "n", name }, local: { path } },
    },
  };
}

function workload(kind: string, claim: string, more: object = {}, readOnly?: boolean): PlannedObject {
  const mount = { name: "data", mountPath: "/d", ...(readOnly === undefined ? {} : { readOnly }) };
  return {
    object: {
      apiVersion: "apps/v1",
      kind,
      metadata: { name: "db", namespace: "n" },
      spec: {
        template: {
          spec: {
            containers: [{ name: "db", volumeMounts: [mount], ...more }],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
          },
        },
      },
    },
  };
}

const VOLUMES = [volume("data", "/opt/faf/data/db"), volume("other", "/opt/faf/data/other")];
const DB: RunningContainer = {
  name: "faf-db-1",
  project: "faf",
  service: "faf-db",
  writes: ["/opt/faf/data/db/"],
  ports: ["3306/tcp"],
};

function told(containers: readonly RunningContainer[], objects: readonly PlannedObject[]): string[] {
  return inUse(containers, objects, [...VOLUMES, ...objects], "error").map((
    { code, severity, message, hint },
  ) => `${severity} ${code}: ${message} | ${hint}`);
}

Deno.test("inUse() names a container that writes where a workload will, and how to stop it", () => {
  assert.deepEqual(told([DB], [workload("StatefulSet", "data")]), [
    'error run-data-in-use: Container "faf-db-1" still runs and writes to "/opt/faf/data/db", where StatefulSet n/db ' +
    "would start: two servers on one directory destroy what is in it | " +
    "Stop it before the move: docker compose -p faf stop faf-db",
  ]);
  const { project: _project, ...foreign } = { ...DB, writes: ["/opt/faf"] };
  assert.match(told([foreign], [workload("Deployment", "data")])[0] ?? "", /docker stop faf-db-1$/);
});

Deno.test("inUse() has nothing against readers, other directories and names that only begin alike", () => {
  assert.deepEqual(told([DB], [workload("StatefulSet", "other")]), []);
  assert.deepEqual(told([DB], [workload("StatefulSet", "data", {}, true)]), []);
  assert.deepEqual(
    told([{ ...DB, writes: ["/opt/faf/data/db-old"] }], [workload("StatefulSet", "data")]),
    [],
  );
  assert.deepEqual(told([{ ...DB, writes: [] }], [workload("StatefulSet", "data")]), []);
});

Deno.test("inUse() warns of ports that the cluster will need", () => {
  const ports = ["80/tcp", "3478/udp", "5000/tcp", "6667/tcp"];
  const objects: PlannedObject[] = [
    workload("Deployment", "other", { ports: [{ containerPort: 1, hostPort: 3478, protocol: "UDP" }] }),
    {
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "irc", namespace: "n" },
        spec: { type: "LoadBalancer", ports: [{ port: 6667 }] },
      },
    },
    {
      object: {
        apiVersion: "helm.cattle.io/v1",
        kind: "HelmChartConfig",
        metadata: { name: "traefik", namespace: "kube-system" },
        spec: {
          valuesContent:
            "ports: { web: { exposedPort: 80 }, in: { exposedPort: 5000, expose: { default: false } } }",
        },
      },
    },
  ];
  const found = told([{ name: "x", writes: [], ports }], objects);
  assert.equal(found.length, 1);
  assert.match(
    found[0] ?? "",
    /^warning run-port-in-use: Container "x" still holds 80\/tcp, 3478\/udp, 6667\/tcp of/,
  );
});
