/** Which services may be served by both sides for a moment. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import { type DecidedCrossing, judgeOverlap } from "../../lib/run/overlap.ts";

type Pod = Readonly<Record<string, unknown>>;

const WRITER = { name: "shop-web-1", writes: [{ sources: ["/srv/web"] }], ports: [] };
const READER = { name: "shop-web-1", writes: [], ports: [] };
const HOLDER = { ...READER, ports: ["8001/tcp"] };
const MOUNT = { name: "page", mountPath: "/page" };
const CLAIM: Pod = { volumes: [{ name: "page", persistentVolumeClaim: { claimName: "page" } }] };

function workload(type: string, pod: Pod = {}, kind = "Deployment"): KubeObject {
  const spec = { strategy: { type }, template: { spec: { containers: [{ name: "web" }], ...pod } } };
  return { apiVersion: "apps/v1", kind, metadata: { name: "web", namespace: "shop" }, spec };
}

function judged(
  object: KubeObject,
  { active = READER, decided }: {
    readonly active?: typeof WRITER | typeof HOLDER;
    readonly decided?: DecidedCrossing;
  } = {},
): string {
  const { mode, refused } = judgeOverlap(
    { service: "web", workload: { object, service: "web" } },
    [active],
    decided,
  );
  return [mode, ...refused.map(({ code }) => code)].join(" ");
}

Deno.test("judgeOverlap(): both sides serve where that is decided", () => {
  assert.equal(judged(workload("RollingUpdate")), "exclusive");
  assert.equal(judged(workload("Recreate"), { decided: "overlap" }), "overlap");
  assert.equal(judged(workload("RollingUpdate"), { decided: "exclusive" }), "exclusive");
});

Deno.test("judgeOverlap(): who writes to a directory or takes a port is alone, and that it was to be otherwise is said", () => {
  const writing: readonly KubeObject[] = [
    workload("RollingUpdate", { ...CLAIM, containers: [{ name: "web", volumeMounts: [MOUNT] }] }),
    workload("RollingUpdate", { ...CLAIM, initContainers: [{ name: "first", volumeMounts: [MOUNT] }] }),
    workload("RollingUpdate", {}, "StatefulSet"),
    workload("RollingUpdate", { hostNetwork: true }),
    workload("RollingUpdate", {
      containers: [{ name: "web", ports: [{ containerPort: 80, hostPort: 80 }] }],
    }),
  ];
  for (const object of writing) {
    assert.equal(judged(object), "exclusive");
    assert.equal(judged(object, { decided: "overlap" }), "exclusive run-not-overlapping");
  }
  for (const active of [WRITER, HOLDER]) {
    assert.equal(
      judged(workload("RollingUpdate"), { active, decided: "overlap" }),
      "exclusive run-not-overlapping",
    );
  }
});

Deno.test("judgeOverlap(): what it reads alone may be read by both", () => {
  const mounts = [{ ...MOUNT, readOnly: true }, { name: "memory", mountPath: "/tmp" }];
  const volumes = [...CLAIM["volumes"] as readonly unknown[], { name: "memory", emptyDir: {} }];
  const object = workload("RollingUpdate", { volumes, containers: [{ name: "web", volumeMounts: mounts }] });
  assert.equal(judged(object, { decided: "overlap" }), "overlap");
});
