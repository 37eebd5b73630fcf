/** Which ports of the machine a stand-in takes over. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../lib/kube/object.ts";
import { heldPorts, leftByPod } from "../../../lib/run/living/carried_ports.ts";

function workload(pod: Readonly<Record<string, unknown>>): KubeObject {
  const spec = { template: { spec: pod } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "shop" }, spec };
}

Deno.test("leftByPod(): what its pod takes of the node is the pod's", () => {
  const ports = [{ containerPort: 80, hostPort: 8080 }, { containerPort: 53, hostPort: 53, protocol: "UDP" }];
  const isLeft = leftByPod(workload({ containers: [{ name: "web", ports }] }));
  assert.deepEqual(["8080/tcp", "8080/udp", "53/udp", "80/tcp"].map(isLeft), [false, true, false, true]);
});

Deno.test("leftByPod(): a pod on the node's network may take any", () => {
  const isLeft = leftByPod(workload({ hostNetwork: true, containers: [{ name: "web" }] }));
  assert.equal(isLeft("8080/tcp"), false);
});

Deno.test("heldPorts() leaves out what the engine chooses, and ranges", () => {
  const PortBindings = {
    "80/tcp": [{ HostIp: "", HostPort: "" }, { HostIp: "", HostPort: "0" }, {
      HostIp: "",
      HostPort: "8000-8009",
    }],
    "81/tcp": [{ HostIp: "", HostPort: "81" }],
    "82/tcp": null,
  };
  const containers = [{ HostConfig: { PortBindings } }, { HostConfig: {} }, {}];
  assert.deepEqual(heldPorts(containers, () => true).map(({ name }) => name), ["81/tcp"]);
});
