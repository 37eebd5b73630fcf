import { deepEqual } from "node:assert/strict";
import { missingEndpoints, missingRules, type Objects } from "./settled.ts";

const POD = {
  kind: "Pod",
  metadata: { name: "web-1", labels: { app: "web" } },
  spec: {},
  status: { phase: "Running", podIP: "10.42.0.7", conditions: [{ type: "Ready", status: "True" }] },
} as const;
const SERVICE = {
  kind: "Service",
  metadata: { name: "web" },
  spec: { clusterIP: "10.43.0.9", selector: { app: "web" } },
} as const;
const SLICE = {
  kind: "EndpointSlice",
  metadata: { name: "web-x", labels: { "kubernetes.io/service-name": "web" } },
  endpoints: [{ addresses: ["10.42.0.7"], conditions: { ready: true } }],
  ports: [{ port: 80 }],
} as const;
const POLICY = { kind: "NetworkPolicy", metadata: { name: "networks" } } as const;
const OBJECTS: Objects = [POD, SERVICE, SLICE, POLICY];

const LED = '-A KUBE-SEP-A -p tcp -m comment --comment "s/web:tcp-80" -j DNAT --to-destination 10.42.0.7:80';
const JUMP =
  '-A KUBE-ROUTER-FORWARD -d 10.42.0.7/32 -m comment --comment "rule to jump traffic destined to POD ' +
  'name:web-1 namespace: s to chain KUBE-POD-FW-B" -j KUBE-POD-FW-B';
const THROUGH = '-A KUBE-POD-FW-B -d 10.42.0.7/32 -m comment --comment "run through nw policy networks" -j C';

Deno.test("a pod that is ready is to be an endpoint of each Service that chooses it", () => {
  deepEqual(missingEndpoints(OBJECTS), []);
  deepEqual(missingEndpoints([POD, SERVICE]), ["endpoint 10.42.0.7 of web"]);
  const early = { ...POD, status: { ...POD.status, conditions: [] } };
  deepEqual(missingEndpoints([early, SERVICE]), []);
  const always = { ...SERVICE, spec: { ...SERVICE.spec, publishNotReadyAddresses: true } };
  deepEqual(missingEndpoints([early, always]), ["endpoint 10.42.0.7 of web"]);
});

Deno.test("an endpoint needs a way to it, but for a Service without an address", () => {
  deepEqual(missingRules(OBJECTS, "s", [LED, JUMP, THROUGH]), []);
  deepEqual(missingRules(OBJECTS, "s", [JUMP, THROUGH]), ["way to 10.42.0.7:80"]);
  const headless = { ...SERVICE, spec: { ...SERVICE.spec, clusterIP: "None" } };
  deepEqual(missingRules([POD, headless, SLICE], "s", [JUMP, THROUGH]), []);
});

Deno.test("a pod is guarded when it runs through a policy, and not by the rules of another's namespace", () => {
  deepEqual(missingRules(OBJECTS, "s", [LED, JUMP]), ["policies of web-1"]);
  deepEqual(missingRules(OBJECTS, "other", [LED, JUMP, THROUGH]), ["policies of web-1"]);
  deepEqual(missingRules([POD, SERVICE, SLICE], "s", [LED]), []);
  const onHost = { ...POD, spec: { hostNetwork: true } };
  deepEqual(missingRules([onHost, SERVICE, SLICE], "s", [LED]), []);
});
